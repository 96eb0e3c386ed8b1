"""A channel that needs no account anywhere: its posts hang on a page of this site."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tasks.social.channel import Channel, Gone, Limits, Published, Rendered
from tasks.social.noticeboard.models import Notice

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount


class NoticeboardChannel(Channel):
    """Shows what would be posted, with the limits of a usual Mastodon server."""

    slug = "noticeboard"
    verbose_name = _("Notice board")  # type: ignore[assignment]

    def limits(self, account: SocialAccount) -> Limits:
        """500 characters, a link counts 23."""
        return Limits(max_length=500, url_length=23)

    def publish(self, rendered: Rendered, account: SocialAccount, *, key: str) -> Published:
        """Pin the notice; a second attempt finds it there."""
        notice, _created = Notice.objects.get_or_create(
            key=key,
            defaults={
                "account_name": account.name,
                "language": rendered.language,
                "text": rendered.text,
                "url": rendered.url,
            },
        )
        return _published(notice)

    def find_existing(
        self, account: SocialAccount, *, key: str, url: str, since: datetime, known: frozenset[str]
    ) -> Published | None:
        """The notice with this key."""
        notice = Notice.objects.filter(key=key).first()
        return _published(notice) if notice else None

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """Take the notice down."""
        deleted, _by_model = Notice.objects.filter(pk=remote_id).delete()
        if not deleted:
            raise Gone(f"Notice {remote_id} is not there any more")


def _published(notice: Notice) -> Published:
    url = f"{settings.WAGTAILADMIN_BASE_URL}{reverse('noticeboard')}#notice-{notice.pk}"
    return Published(remote_id=str(notice.pk), url=url)

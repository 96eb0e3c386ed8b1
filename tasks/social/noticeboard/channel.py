"""A channel that needs no account anywhere: its posts hang on a page of this site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.social.channel import Capabilities, Channel, Gone, Limits, Published, Rendered, Repeat, Ticket
from tasks.social.noticeboard.models import Notice

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount


class NoticeboardChannel(Channel):
    """Shows what would be posted, with the limits of a usual Mastodon server."""

    slug = "noticeboard"
    verbose_name = gettext_lazy("Notice board")  # type: ignore[assignment]
    preview_template = "tasks/social/previews/noticeboard.html"

    capabilities = Capabilities(edit=True, images=True, alt_text=True, language=True, repeat=Repeat.HARMLESS)

    def limits(self, account: SocialAccount) -> Limits:
        """500 characters, a link counts 23; one image."""
        return Limits(max_length=500, url_length=23, max_images=1)

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """Pin the notice; a second attempt finds it there."""
        notice, _created = Notice.objects.get_or_create(
            key=ticket.key,
            defaults={
                "account_name": account.name,
                "language": rendered.language,
                "text": rendered.text,
                "url": rendered.url,
            },
        )
        return _published(notice)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """The notice with this key."""
        notice = Notice.objects.filter(key=ticket.key).first()
        return _published(notice) if notice else None

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """Write the notice anew."""
        Notice.objects.filter(pk=remote_id).update(text=rendered.text, url=rendered.url)
        return self._hanging(remote_id)

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """Take the notice down."""
        deleted, _by_model = Notice.objects.filter(pk=remote_id).delete()
        if not deleted:
            raise _gone(remote_id)

    @staticmethod
    def _hanging(remote_id: str) -> Published:
        notice = Notice.objects.filter(pk=remote_id).first()
        if notice is None:
            raise _gone(remote_id)
        return _published(notice)


def _gone(remote_id: str) -> Gone:
    return Gone(_("Notice %(number)s is not there any more.") % {"number": remote_id})


def _published(notice: Notice) -> Published:
    url = f"{settings.WAGTAILADMIN_BASE_URL}{reverse('noticeboard')}#notice-{notice.pk}"
    return Published(remote_id=str(notice.pk), url=url)

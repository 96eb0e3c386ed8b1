"""The channel: a ping for the feed of what is posted. Hubs fetch it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.urls import reverse
from django.utils import translation

from tasks.social.channel import (
    Capabilities,
    Channel,
    ChannelForm,
    Draft,
    Limits,
    Published,
    Rendered,
    Repeat,
    Ticket,
)
from tasks.social.fields import ServerField
from tasks.social.websub.changed import ping_changed
from tasks.social.websub.hubs import LABEL, LABEL_HELP, ping

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount


class WebSubForm(ChannelForm):
    """The hub."""

    server = ServerField(label=LABEL, help_text=LABEL_HELP)


class WebSubChannel(Channel):
    """``hub.mode=publish``, as all known hubs take it."""

    slug = "websub"
    verbose_name = "WebSub"
    icon = "globe"
    capabilities = Capabilities(edit=True, delete=False, repeat=Repeat.HARMLESS)
    account_form = WebSubForm
    preview_template = "tasks/social/previews/websub.html"

    def limits(self, account: SocialAccount) -> Limits:
        """Some addresses."""
        return Limits(max_length=2000)

    def render(self, draft: Draft, limits: Limits) -> Rendered:
        """The addresses of the feeds, one per line."""
        content = draft.content
        with translation.override(content.locale):
            addresses = [urljoin(content.url, reverse("feed"))]
        return Rendered("\n".join(addresses), content.locale, content.url, content.title)

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """Ping; the hub finds out itself what is new."""
        topics = rendered.text.splitlines()
        for topic in topics:
            ping(account, topic)
        return Published(ticket.key, topics[0])

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """The same again."""
        return self.publish(rendered, account, ticket)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """A second ping does no harm."""
        return None

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """Nothing is on the hub."""

    @classmethod
    def work(cls, seconds: float) -> bool:
        """Pings for feeds that have news without any post."""
        return ping_changed(seconds)

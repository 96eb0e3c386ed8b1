"""A channel that writes posts into a logbook that another server keeps, one entry per post."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from cms import http
from tasks.social.calls import call
from tasks.social.channel import (
    Capabilities,
    Channel,
    Gone,
    Health,
    Limits,
    Published,
    Rendered,
    Repeat,
    Ticket,
)
from tasks.social.fields import TokenForm

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount


class LogbookChannel(Channel):
    """``PUT /entries/<key>`` writes an entry, however often it is sent."""

    slug = "logbook"
    verbose_name = "Logbook"
    capabilities = Capabilities(edit=True, repeat=Repeat.HARMLESS)
    account_form = TokenForm

    def limits(self, account: SocialAccount) -> Limits:
        """An entry of 200 characters."""
        return Limits(max_length=200)

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """Write the entry."""
        return self.update(account, ticket.key, rendered, ticket)

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """Write it anew."""
        with _client(account) as client:
            call(client, "PUT", _path(remote_id), posts=True, json={"text": rendered.text})
        return _published(account, remote_id)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """The entry with this key."""
        try:
            with _client(account) as client:
                call(client, "GET", _path(ticket.key), posts=False)
        except Gone:
            return None
        return _published(account, ticket.key)

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """Strike the entry out; ``call`` raises ``Gone`` where there is none."""
        with _client(account) as client:
            call(client, "DELETE", _path(remote_id), posts=False)

    def probe(self, account: SocialAccount) -> Health:
        """Whether the token still opens the book."""
        with _client(account) as client:
            call(client, "GET", "/entries", posts=False)
        return Health(url=account.server)


def _client(account: SocialAccount) -> http.Client:
    token = account.credentials.get("access_token", "")
    return http.client(base_url=account.server, headers={"Authorization": f"Bearer {token}"})


def _path(key: str) -> str:
    return f"/entries/{quote(key, safe='')}"


def _published(account: SocialAccount, key: str) -> Published:
    return Published(key, account.server + _path(key))

"""The Mastodon API (docs.joinmastodon.org/methods/statuses)."""

from __future__ import annotations

from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import httpx
from django.utils import timezone
from django.utils.translation import gettext as _

from cms import http
from tasks.social.channel import (
    AuthFailed,
    Capabilities,
    Card,
    Channel,
    Gone,
    Limits,
    Published,
    RateLimited,
    Rejected,
    Rendered,
    Retryable,
    Ticket,
    Unknown,
)
from tasks.social.fields import TokenForm

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

# What Mastodon itself allows; used only where a server does not say (API: Instance v1).
DEFAULT_LIMITS = Limits(max_length=500, url_length=23)
LOOK_BACK = 40
# How far the server's clock may be behind ours.
CLOCKS_DIFFER = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1).total_seconds()
# Behind these answers of a server or its proxy, the status may have been posted all the same.
MAY_HAVE_WORKED = (500, 502, 504)


class MastodonChannel(Channel):
    """Posts a status. Limits are the server's own."""

    slug = "mastodon"
    verbose_name = "Mastodon"
    capabilities = Capabilities(language=True, card=Card.SERVER)
    account_form = TokenForm
    preview_template = "tasks/social/previews/mastodon.html"

    def limits(self, account: SocialAccount) -> Limits:
        """``configuration.statuses`` of the instance, v2 or (older servers) v1."""
        for version in ("v2", "v1"):
            reply = self._get(account, f"/api/{version}/instance")
            if reply.is_success:
                return _limits(reply.json())
        return DEFAULT_LIMITS

    def known_limits(self, account: SocialAccount) -> Limits:
        """Mastodon's own, for the preview."""
        return DEFAULT_LIMITS

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """POST /api/v1/statuses; the key keeps a repetition within an hour from posting twice."""
        form = {"status": rendered.text, "language": rendered.language, "visibility": "public"}
        with _client(account) as client:
            try:
                reply = client.post("/api/v1/statuses", data=form, headers={"Idempotency-Key": ticket.key})
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                raise Retryable(str(error)) from error
            except httpx.HTTPError as error:
                raise Unknown(_("The server's reply was lost: %(error)s") % {"error": error}) from error
        if reply.status_code in MAY_HAVE_WORKED:
            raise Unknown(_error(reply), reply.status_code)
        return _published(_checked(reply))

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """The newest own status since then that links to the page and is not known. Statuses show no key."""
        me = _checked(self._get(account, "/api/v1/accounts/verify_credentials"))
        path = f"/api/v1/accounts/{me['id']}/statuses?limit={LOOK_BACK}"
        statuses = _checked(self._get(account, path))
        recent = (status for status in statuses if _created(status) >= ticket.since - CLOCKS_DIFFER)
        new = (status for status in recent if str(status["id"]) not in ticket.known)
        return next((_published(status) for status in new if ticket.url in _links(status["content"])), None)

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """DELETE /api/v1/statuses/:id; may be repeated."""
        with _client(account) as client:
            try:
                _checked(client.delete(f"/api/v1/statuses/{remote_id}"))
            except httpx.HTTPError as error:
                raise Retryable(str(error)) from error

    def _get(self, account: SocialAccount, path: str) -> httpx.Response:
        with _client(account) as client:
            try:
                return client.get(path)
            except httpx.HTTPError as error:
                raise Retryable(str(error)) from error


def _client(account: SocialAccount) -> httpx.Client:
    headers = {
        "Authorization": f"Bearer {account.credentials.get('access_token', '')}",
        "Accept": "application/json",
    }
    return http.client(base_url=account.server, headers=headers)


def _limits(instance: dict[str, Any]) -> Limits:
    statuses = instance.get("configuration", {}).get("statuses", {})
    return Limits(
        max_length=int(statuses.get("max_characters", DEFAULT_LIMITS.max_length)),
        url_length=int(statuses.get("characters_reserved_per_url", DEFAULT_LIMITS.url_length or 23)),
    )


def _published(status: dict[str, Any]) -> Published:
    return Published(remote_id=str(status["id"]), url=status.get("url") or status.get("uri") or "")


def _created(status: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(status["created_at"])


class _LinkParser(HTMLParser):
    """Collects where the links of a status lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str | None] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of every ``<a>``."""
        if tag == "a":
            self.found.add(dict(attrs).get("href"))


def _links(html: str) -> set[str | None]:
    parser = _LinkParser()
    parser.feed(html)
    return parser.found


def _checked(reply: httpx.Response) -> Any:
    """The reply's JSON; raises what its status means."""
    code = reply.status_code
    if code == 429:
        raise RateLimited(_error(reply), code, after=_wait(reply))
    if code in (401, 403):
        raise AuthFailed(_error(reply), code)
    if code in (404, 410):
        raise Gone(_error(reply), code)
    if code >= 500 or (code == 422 and "not finished processing" in reply.text):
        raise Retryable(_error(reply), code)
    if not reply.is_success:
        raise Rejected(_error(reply), code)
    try:
        return reply.json()
    except ValueError as error:
        raise Unknown(_("The server's reply is not JSON."), code) from error


def _error(reply: httpx.Response) -> str:
    try:
        return str(reply.json()["error"])
    except (ValueError, KeyError, TypeError):
        return reply.reason_phrase or str(reply.status_code)


def _wait(reply: httpx.Response) -> float | None:
    """Seconds until X-RateLimit-Reset (an ISO time on Mastodon, an epoch on some others), at most a day."""
    reset = reply.headers.get("X-RateLimit-Reset", "")
    try:
        until = float(reset) if reset.isdecimal() else datetime.fromisoformat(reset).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(1.0, until - timezone.now().timestamp()), LONGEST_WAIT)

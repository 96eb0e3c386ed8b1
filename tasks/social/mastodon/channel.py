"""The Mastodon API (docs.joinmastodon.org/methods/statuses): Mastodon, GoToSocial, Pixelfed, snac…"""

from __future__ import annotations

from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import regex
from django.utils.translation import gettext as _

from tasks.social.channel import (
    Capabilities,
    Card,
    Channel,
    Consent,
    Gone,
    Health,
    Limits,
    Pending,
    Published,
    Rejected,
    Rendered,
    Ticket,
    Unknown,
)
from tasks.social.counting import with_short_links
from tasks.social.mastodon import api, connect, media
from tasks.social.mastodon.forms import MastodonForm
from tasks.social.mastodon.instance import known_limits, limits_of

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

LOOK_BACK = 40
# How far the server's clock may be behind ours.
CLOCKS_DIFFER = timedelta(minutes=1)
MENTION = regex.compile(r"(?<![\w/])(@\w+)@[\w.-]+\w")


class MastodonChannel(Channel):
    """Posts a status. Limits are the server's own."""

    slug = "mastodon"
    verbose_name = "Mastodon"
    capabilities = Capabilities(
        edit=True, images=True, alt_text=True, language=True, oauth=True, card=Card.SERVER
    )
    account_form = MastodonForm
    preview_template = "tasks/social/previews/mastodon.html"

    def limits(self, account: SocialAccount) -> Limits:
        """``configuration`` of the instance."""
        return limits_of(account)

    def known_limits(self, account: SocialAccount) -> Limits:
        """The same as far as it is known."""
        return known_limits(account)

    def count(self, text: str, limits: Limits) -> int:
        """Graphemes; every link at one price, of ``@user@host`` only ``@user`` (StatusLengthValidator)."""
        return with_short_links(MENTION.sub(r"\1", text), limits.url_length)

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published | Pending:
        """POST /api/v1/statuses; the key keeps a repetition within an hour from posting twice."""
        form = {
            "status": rendered.text,
            "language": rendered.language,
            "visibility": account.options.get("visibility") or "public",
        }
        if rendered.image:
            uploaded = ticket.state.get("media")
            if not uploaded:
                uploaded, ready = media.upload(account, rendered.image, self.limits(account).image_bytes)
                if not ready:
                    return Pending({"media": uploaded}, media.WAIT)
            form["media_ids[]"] = str(uploaded)
        headers = {"Idempotency-Key": ticket.key}
        answer = api.call(account, "POST", "/api/v1/statuses", posts=True, data=form, headers=headers)
        return _published(answer)

    def check(self, account: SocialAccount, ticket: Ticket) -> Pending | None:
        """Whether the image may be attached by now."""
        if media.is_ready(account, str(ticket.state["media"])):
            return None
        return Pending(ticket.state, media.WAIT)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """The newest own status since then that links to the page and is not known. Statuses show no key."""
        me = api.call(account, "GET", "/api/v1/accounts/verify_credentials")
        path = f"/api/v1/accounts/{quote(str(me['id']), safe='')}/statuses?limit={LOOK_BACK}"
        statuses = api.call(account, "GET", path)
        recent = (status for status in statuses if _created(status) >= ticket.since - CLOCKS_DIFFER)
        new = (status for status in recent if str(status["id"]) not in ticket.known)
        return next((_published(status) for status in new if ticket.url in _links(status["content"])), None)

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """PUT /api/v1/statuses/:id; what is attached stays."""
        form = {"status": rendered.text, "language": rendered.language}
        return _published(api.call(account, "PUT", _status(remote_id), data=form))

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """DELETE /api/v1/statuses/:id; may be repeated. Some servers answer 404 because they cannot."""
        try:
            api.call(account, "DELETE", _status(remote_id))
        except Gone:
            if api.send(account, "GET", _status(remote_id)).is_success:
                cannot = _("This service cannot delete posts: it has to be done there by hand.")
                raise Rejected(cannot) from None
            raise

    def probe(self, account: SocialAccount) -> Health:
        """GET /api/v1/accounts/verify_credentials."""
        me = api.call(account, "GET", "/api/v1/accounts/verify_credentials")
        known = me if isinstance(me, dict) else {}
        host = urlsplit(account.server).netloc
        return Health(name=f"@{known.get('username', '')}@{host}", url=str(known.get("url") or ""))

    def authorize(self, account: SocialAccount, *, redirect_uri: str, state: str) -> Consent:
        """Register the site and send the editor to the server."""
        return connect.authorize(account, redirect_uri, state)

    def connect(self, account: SocialAccount, *, redirect_uri: str, code: str) -> dict[str, Any]:
        """The token for the code."""
        return connect.connect(account, redirect_uri, code)


def _status(remote_id: str) -> str:
    return f"/api/v1/statuses/{quote(remote_id, safe='')}"


def _published(status: Any) -> Published:
    try:
        return Published(remote_id=str(status["id"]), url=status.get("url") or status.get("uri") or "")
    except (KeyError, TypeError, AttributeError) as error:
        raise Unknown(_("The server's reply is not what was expected.")) from error


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

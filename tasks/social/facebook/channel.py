"""A page's posts. Written after the documentation; nobody has run it against the service yet."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from tasks.social.channel import (
    AuthFailed,
    Capabilities,
    Card,
    Channel,
    ChannelError,
    Consent,
    Health,
    Limits,
    Published,
    Rejected,
    Rendered,
    Ticket,
)
from tasks.social.meta.forms import GraphForm
from tasks.social.meta.graph import call, rows_of, text_of
from tasks.social.meta.oauth import app_of, consent, ends_in

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

LONGEST = 63_206
SCOPES = "pages_show_list,pages_manage_posts,pages_read_engagement"
FIELDS = "id,message,permalink_url,created_time,attachments{unshimmed_url}"


class FacebookChannel(Channel):
    """A link post with a message."""

    slug = "facebook"
    verbose_name = "Facebook"
    experimental = True
    capabilities = Capabilities(edit=True, oauth=True, card=Card.SERVER)
    account_form = GraphForm
    preview_template = "tasks/social/previews/facebook.html"

    def limits(self, account: SocialAccount) -> Limits:
        """Of one message."""
        return Limits(max_length=LONGEST)

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """POST /{page}/feed, after the page was read: the first share would have no picture otherwise."""
        with contextlib.suppress(ChannelError):
            call(account, _server(), "POST", "/", id=rendered.url, scrape="true")
        path = f"/{_page(account)}/feed"
        answer = call(account, _server(), "POST", path, posts=True, message=rendered.text, link=rendered.url)
        return _published(text_of(answer, "id", posts=True))

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """GET /{page}/published_posts: the newest that leads to exactly this address."""
        since = int(ticket.since.timestamp()) - 60
        path = f"/{_page(account)}/published_posts"
        found = rows_of(call(account, _server(), "GET", path, fields=FIELDS, since=since, limit=50))
        mine = (row for row in found if ticket.url in _links(row) and str(row.get("id")) not in ticket.known)
        return next((_published(str(row["id"]), row.get("permalink_url")) for row in mine), None)

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """POST /{post}: the message; the link of a post cannot be changed."""
        call(account, _server(), "POST", f"/{remote_id}", message=rendered.text)
        return _published(remote_id)

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """DELETE /{post}."""
        call(account, _server(), "DELETE", f"/{remote_id}")

    def probe(self, account: SocialAccount) -> Health:
        """GET /debug_token: whether the token is valid, until when, and what it may."""
        token = account.credentials.get("access_token", "")
        known = call(account, _server(), "GET", "/debug_token", input_token=token).get("data")
        data: dict[str, Any] = known if isinstance(known, dict) else {}
        if not data.get("is_valid"):
            raise AuthFailed(_("The token is not valid any more."), 190)
        scopes = data.get("scopes") or []
        missing = [scope for scope in SCOPES.split(",")[1:] if scope not in scopes]
        warning = _("The token lacks: %(names)s") % {"names": ", ".join(missing)} if missing else ""
        page = call(account, _server(), "GET", f"/{_page(account)}", fields="name,link")
        return Health(str(page.get("name", "")), str(page.get("link", "")), _end(data), warning)

    def authorize(self, account: SocialAccount, *, redirect_uri: str, state: str) -> Consent:
        """The login dialog."""
        client, _secret = app_of(settings.ANTENNE_META_APP, "ANTENNE_META_APP")
        address = f"https://www.facebook.com/{settings.ANTENNE_META_VERSION}/dialog/oauth"
        return consent(address, client, SCOPES, redirect_uri, state)

    def connect(self, account: SocialAccount, *, redirect_uri: str, code: str) -> dict[str, Any]:
        """From the code to a token that lasts, and from that to the page's own."""
        client, secret = app_of(settings.ANTENNE_META_APP, "ANTENNE_META_APP")
        app: dict[str, Any] = {"client_id": client, "client_secret": secret}
        path = "/oauth/access_token"
        short = call(account, _server(), "GET", path, **app, redirect_uri=redirect_uri, code=code)
        token = text_of(short, "access_token")
        exchange: dict[str, Any] = {"grant_type": "fb_exchange_token", "fb_exchange_token": token}
        long = call(account, _server(), "GET", path, **app, **exchange)
        account.credentials = {**account.credentials, "access_token": text_of(long, "access_token")}
        return {"access_token": _page_token(account), **ends_in(long.get("expires_in"))}


def _server() -> str:
    return f"https://graph.facebook.com/{settings.ANTENNE_META_VERSION}"


def _page(account: SocialAccount) -> str:
    return str(account.options.get("identifier", ""))


def _page_token(account: SocialAccount) -> str:
    """The page's own token: with the user's, posts would be made as a person, or not at all."""
    pages = rows_of(call(account, _server(), "GET", "/me/accounts", fields="id,name,access_token", limit=100))
    for page in pages:
        if str(page.get("id")) == _page(account) and page.get("access_token"):
            return str(page["access_token"])
    names = ", ".join(f"{page.get('name')} ({page.get('id')})" for page in pages) or "–"
    reason = _("This login gives no access to page %(number)s. It may post for: %(pages)s")
    raise Rejected(reason % {"number": _page(account), "pages": names})


def _links(row: dict[str, Any]) -> list[str]:
    words = str(row.get("message", "")).split()
    attachments = row.get("attachments")
    shared = rows_of(attachments) if isinstance(attachments, dict) else []
    return [*words, *(str(one.get("unshimmed_url", "")) for one in shared)]


def _published(identifier: str, link: Any = None) -> Published:
    return Published(identifier, str(link or f"https://www.facebook.com/{identifier}"))


END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def _end(data: dict[str, Any]) -> datetime | None:
    """0 stands for a token that does not end."""
    moments = [data.get(name) for name in ("expires_at", "data_access_expires_at")]
    known = [moment for moment in moments if isinstance(moment, int) and 1 < moment < END_OF_TIME]
    return datetime.fromtimestamp(min(known), UTC) if known else None

"""Threads. Written after the documentation; nobody has run it against the service yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex
from django.conf import settings

from tasks.social.channel import (
    Capabilities,
    Card,
    Channel,
    ChannelError,
    Consent,
    Health,
    Limits,
    Pending,
    Published,
    Rendered,
    Ticket,
)
from tasks.social.counting import GRAPHEME, utf8
from tasks.social.meta import containers
from tasks.social.meta.forms import GraphForm
from tasks.social.meta.graph import call, rows_of, text_of
from tasks.social.meta.oauth import app_of, consent, ends_in

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

ROOT = "https://graph.threads.net"
SERVER = f"{ROOT}/v1.0"
SCOPES = "threads_basic,threads_content_publish,threads_delete"
EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}")


class ThreadsChannel(Channel):
    """A text with its link, or an image with a text."""

    slug = "threads"
    verbose_name = "Threads"
    experimental = True
    capabilities = Capabilities(images=True, alt_text=True, oauth=True, card=Card.SERVER)
    account_form = GraphForm
    preview_template = "tasks/social/previews/threads.html"

    def limits(self, account: SocialAccount) -> Limits:
        """500 characters; an image where the account posts images."""
        return Limits(max_length=500, max_images=1 if account.with_image else 0, alt_length=1000)

    def count(self, text: str, limits: Limits) -> int:
        """Characters, but emojis as many as their bytes in UTF-8 (docs/threads/posts)."""
        return sum(utf8(one) if EMOJI.search(one) else 1 for one in GRAPHEME.findall(text))

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published | Pending:
        """A container, and once it is finished, its publication."""
        if container := ticket.state.get("container"):
            return self._publish(account, str(container))
        containers.quota(account, SERVER, f"/{_user(account)}/threads_publishing_limit")
        image = rendered.image
        answer = call(
            account,
            SERVER,
            "POST",
            f"/{_user(account)}/threads",
            media_type="IMAGE" if image else "TEXT",
            text=rendered.text,
            image_url=image.url if image else None,
            alt_text=image.alt if image else None,
            link_attachment=None if image else rendered.url,
        )
        return containers.pending(text_of(answer, "id"))

    def check(self, account: SocialAccount, ticket: Ticket) -> Pending | None:
        """The container's status."""
        return containers.checked(account, SERVER, str(ticket.state["container"]), "status")

    def _publish(self, account: SocialAccount, container: str) -> Published:
        path = f"/{_user(account)}/threads_publish"
        answer = call(account, SERVER, "POST", path, posts=True, creation_id=container)
        number = text_of(answer, "id", posts=True)
        try:
            link = call(account, SERVER, "GET", f"/{number}", fields="permalink").get("permalink")
        except ChannelError:  # the post is there, whatever becomes of its link
            link = ""
        return Published(number, str(link or ""))

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """GET /{user}/threads: the newest whose text names exactly this address."""
        since = int(ticket.since.timestamp()) - 60
        path = f"/{_user(account)}/threads"
        rows = rows_of(call(account, SERVER, "GET", path, fields="id,text,permalink", since=since, limit=25))
        for row in rows:
            if ticket.url in str(row.get("text", "")).split() and str(row.get("id")) not in ticket.known:
                return Published(str(row["id"]), str(row.get("permalink", "")))
        return None

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """DELETE /{post}, 100 a day."""
        call(account, SERVER, "DELETE", f"/{remote_id}")

    def probe(self, account: SocialAccount) -> Health:
        """GET /me."""
        name = str(call(account, SERVER, "GET", "/me", fields="username").get("username", ""))
        return Health(f"@{name}", f"https://www.threads.net/@{name}", account.expires_at)

    def refresh(self, account: SocialAccount) -> dict[str, Any]:
        """Another 60 days for a token that still holds."""
        token = account.credentials.get("access_token", "")
        fields: dict[str, Any] = {"grant_type": "th_refresh_token", "access_token": token}
        return _token(call(account, ROOT, "GET", "/refresh_access_token", **fields))

    def authorize(self, account: SocialAccount, *, redirect_uri: str, state: str) -> Consent:
        """The service's page for giving consent."""
        client, _secret = app_of(settings.ANTENNE_THREADS_APP, "ANTENNE_THREADS_APP")
        return consent("https://threads.net/oauth/authorize", client, SCOPES, redirect_uri, state)

    def connect(self, account: SocialAccount, *, redirect_uri: str, code: str) -> dict[str, Any]:
        """From the code to a token of an hour, and from that to one of 60 days."""
        client, secret = app_of(settings.ANTENNE_THREADS_APP, "ANTENNE_THREADS_APP")
        form: dict[str, Any] = {
            "client_id": client,
            "client_secret": secret,
            "redirect_uri": redirect_uri,
            "grant_type": "authorization_code",
            "code": code,
        }
        short = text_of(call(account, ROOT, "POST", "/oauth/access_token", **form), "access_token")
        exchange: dict[str, Any] = {"grant_type": "th_exchange_token", "client_secret": secret}
        return _token(call(account, ROOT, "GET", "/access_token", access_token=short, **exchange))


def _user(account: SocialAccount) -> str:
    return str(account.options.get("identifier", ""))


def _token(answer: dict[str, Any]) -> dict[str, Any]:
    return {"access_token": text_of(answer, "access_token"), **ends_in(answer.get("expires_in"))}

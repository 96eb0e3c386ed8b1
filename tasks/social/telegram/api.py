"""Calls to the Bot API. The token stands in the address, so no address is ever logged or shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from cms import http
from tasks.social.calls import LONGEST_WAIT, MAY_HAVE_WORKED, retry_after
from tasks.social.errors import AuthFailed, ChannelError, Gone, RateLimited, Rejected, Retryable, Unknown

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

SERVER = "https://api.telegram.org"
NOT_THERE = ("message to delete not found", "message to edit not found", "message can't be deleted")
NO_CHAT = ("chat not found", "bot was kicked", "not enough rights", "need administrator rights")


class NotModified(ChannelError):
    """An edit that changes nothing."""


def call(account: SocialAccount, method: str, *, posts: bool, files: Any = None, **fields: Any) -> Any:
    """The ``result`` of one call; raises what its failure means."""
    token = account.credentials.get("bot_token", "")
    try:
        with http.client(base_url=account.server or SERVER) as client:
            reply = client.post(f"/bot{token}/{method}", data=fields, files=files)
    # Without their causes, which would quote the address.
    except http.NOT_CONNECTED:
        raise Retryable(_("Telegram cannot be reached.")) from None
    except http.ERRORS:
        kind = Unknown if posts else Retryable
        raise kind(_("Telegram's reply was lost.")) from None
    body = _json(reply)
    if reply.is_success and isinstance(body, dict) and body.get("ok"):
        return body.get("result")
    raise _meaning(account, reply, body if isinstance(body, dict) else {}, posts=posts)


def _json(reply: http.Response) -> Any:
    try:
        return reply.json()
    except ValueError:
        return None


def _meaning(
    account: SocialAccount, reply: http.Response, body: dict[str, Any], *, posts: bool
) -> ChannelError:
    code, said = reply.status_code, str(body.get("description") or reply.reason_phrase or reply.status_code)
    parameters = body.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    if isinstance(moved := parameters.get("migrate_to_chat_id"), int):
        return _moved(account, moved)
    if code == 429:
        wait = parameters.get("retry_after")
        after = min(float(wait), LONGEST_WAIT) if isinstance(wait, int) and wait > 0 else retry_after(reply)
        return RateLimited(said, code, after=after)
    if "message is not modified" in said:
        return NotModified(said, code)
    if any(words in said for words in NOT_THERE):
        return Gone(said, code)
    if code in (401, 403, 404) or any(words in said for words in NO_CHAT):
        return AuthFailed(said, code)
    if code >= 500 or reply.is_success:
        doubtful = posts and (code in MAY_HAVE_WORKED or reply.is_success)
        return Unknown(said, code) if doubtful else Retryable(said, code)
    return Rejected(said, code)


def _moved(account: SocialAccount, chat: int) -> Retryable:
    """A group became a supergroup and has another number from now on."""
    account.options = {**account.options, "chat": str(chat)}
    type(account)._default_manager.filter(pk=account.pk).update(options=account.options)
    return Retryable(_("The group has a new number, which is used from now on."), 400)

"""Calls to a server of the Mastodon API, and what its answers mean (docs.joinmastodon.org/client)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cms import http
from tasks.social.calls import LONGEST_WAIT, MAY_HAVE_WORKED, retry_after
from tasks.social.errors import AuthFailed, ChannelError, Gone, RateLimited, Rejected, Retryable, Unknown

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

NOT_FINISHED = "not finished processing"


def call(account: SocialAccount, method: str, path: str, *, posts: bool = False, **request: Any) -> Any:
    """The answer's JSON; raises what its status means. ``posts`` is for what must not be there twice."""
    reply = send(account, method, path, posts=posts, **request)
    if not reply.is_success:
        raise meaning(reply, posts=posts)
    return json_of(reply)


def send(
    account: SocialAccount, method: str, path: str, *, posts: bool = False, **request: Any
) -> http.Response:
    """The answer, whatever it is."""
    headers = {"Accept": "application/json", **request.pop("headers", {})}
    if token := account.credentials.get("access_token"):
        headers["Authorization"] = f"Bearer {token}"
    try:
        with http.client(base_url=account.server, headers=headers) as client:
            return client.request(method, path, **request)
    except http.NOT_CONNECTED as error:
        raise Retryable(str(error)) from error
    except http.ERRORS as error:
        lost = _("The server's reply was lost: %(error)s") % {"error": error}
        raise (Unknown(lost) if posts else Retryable(lost)) from error


def json_of(reply: http.Response) -> Any:
    """What the reply says. A proxy's login page is no answer, but something may have happened before."""
    try:
        return reply.json()
    except ValueError as error:
        raise Unknown(_("The server's reply is not JSON."), reply.status_code) from error


def meaning(reply: http.Response, *, posts: bool = False) -> ChannelError:
    """What a status that is no success means."""
    code, said = reply.status_code, _said(reply)
    if posts and code in MAY_HAVE_WORKED:
        return Unknown(said, code)
    if code == 429:
        return RateLimited(said, code, after=_wait(reply))
    if code in (401, 403):
        return AuthFailed(said, code)
    if code in (404, 410):
        return Gone(said, code)
    if code >= 500 or (code == 422 and NOT_FINISHED in reply.text):
        return Retryable(said, code, after=retry_after(reply))
    return Rejected(said, code)


def _said(reply: http.Response) -> str:
    try:
        return str(reply.json()["error"])
    except (ValueError, KeyError, TypeError):
        return reply.reason_phrase or str(reply.status_code)


def _wait(reply: http.Response) -> float | None:
    """Seconds until X-RateLimit-Reset (an ISO time on Mastodon, an epoch on some others), at most a day."""
    reset = reply.headers.get("X-RateLimit-Reset", "")
    try:
        until = float(reset) if reset.isdecimal() else datetime.fromisoformat(reset).timestamp()
    except (ValueError, OverflowError):
        return retry_after(reply)
    return min(max(1.0, until - timezone.now().timestamp()), LONGEST_WAIT)

"""Calls to a Graph API, and what its error codes mean (…/docs/graph-api/guides/error-handling)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from cms import http
from tasks.social.calls import retry_after
from tasks.social.errors import AuthFailed, ChannelError, Gone, RateLimited, Rejected, Retryable, Unknown

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

SLOW_DOWN = (4, 17, 32, 341, 613)
RECONNECT = (102, 190)
PERMISSION = (10, *range(200, 300))
DUPLICATE = 506
NO_SUCH_OBJECT = 33
"""Subcode of code 100."""


def call(
    account: SocialAccount, server: str, method: str, path: str, *, posts: bool = False, **fields: Any
) -> dict[str, Any]:
    """The answer. The token goes in a header; ``posts`` is for what must not be there twice."""
    token = account.credentials.get("access_token", "")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    where: dict[str, Any] = {"params": given} if method in ("GET", "DELETE") else {"data": given}
    try:
        with http.client(base_url=account.server or server, headers=headers) as client:
            reply = client.request(method, path, **where)
    except http.NOT_CONNECTED:
        raise Retryable(_("The service cannot be reached.")) from None
    except http.ERRORS:
        raise (Unknown if posts else Retryable)(_("The service's reply was lost.")) from None
    body = _json(reply)
    if reply.is_success and "error" not in body:
        return body
    raise meaning(reply, body, posts=posts)


def meaning(reply: http.Response, body: dict[str, Any], *, posts: bool) -> ChannelError:
    """What a refusal means."""
    error = body.get("error")
    known: dict[str, Any] = error if isinstance(error, dict) else {}
    code, status = _number(known.get("code")), reply.status_code
    said = str(known.get("error_user_msg") or known.get("message") or reply.reason_phrase or status)
    if code in SLOW_DOWN or status == 429:
        return RateLimited(said, code or status, after=retry_after(reply))
    if code in RECONNECT or code in PERMISSION or status == 401:
        return AuthFailed(said, code or status)
    if _number(known.get("error_subcode")) == NO_SUCH_OBJECT or status in (404, 410):
        return Gone(said, code or status)
    # Of a duplicate the first one is there: it is looked for.
    if code == DUPLICATE:
        return Unknown(said, code)
    if known.get("is_transient") or code in (1, 2) or status >= 500:
        return Unknown(said, code or status) if posts and status != 503 else Retryable(said, code or status)
    return Rejected(said, code or status)


def text_of(answer: dict[str, Any], name: str, *, posts: bool = False) -> str:
    """A field that has to be there."""
    value = answer.get(name)
    if isinstance(value, str | int) and str(value):
        return str(value)
    raise (Unknown if posts else Retryable)(_("The server's reply is not what was expected."))


def rows_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """``data`` of a list."""
    rows = answer.get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _json(reply: http.Response) -> dict[str, Any]:
    try:
        body = reply.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0

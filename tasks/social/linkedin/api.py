"""Calls to the LinkedIn API with its version, and what its answers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from cms import http
from tasks.social.calls import MAY_HAVE_WORKED, retry_after
from tasks.social.errors import AuthFailed, ChannelError, Gone, RateLimited, Rejected, Retryable, Unknown

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

SERVER = "https://api.linkedin.com"


def call(
    account: SocialAccount, method: str, path: str, *, posts: bool = False, **request: Any
) -> http.Response:
    """The successful answer; raises what any other means. ``posts`` is for what must not be there twice."""
    headers = {
        "Authorization": f"Bearer {account.credentials.get('access_token', '')}",
        "Linkedin-Version": settings.ANTENNE_LINKEDIN_VERSION,
        "X-Restli-Protocol-Version": "2.0.0",
        **request.pop("headers", {}),
    }
    try:
        with http.client(base_url=account.server or SERVER) as client:
            reply = client.request(method, path, headers=headers, **request)
    except http.NOT_CONNECTED as error:
        raise Retryable(str(error)) from error
    except http.ERRORS as error:
        lost = _("The server's reply was lost: %(error)s") % {"error": error}
        raise (Unknown(lost) if posts else Retryable(lost)) from error
    if reply.is_success:
        return reply
    raise _meaning(reply, posts=posts)


def json_of(reply: http.Response) -> dict[str, Any]:
    """The answer's object, empty where it is none."""
    try:
        body = reply.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _meaning(reply: http.Response, *, posts: bool) -> ChannelError:
    code, body = reply.status_code, json_of(reply)
    said = str(body.get("message") or reply.reason_phrase or code)
    # The same text was posted before: by an attempt whose reply was lost, or long ago.
    if code == 422 and "DUPLICATE" in f"{body.get('code')} {said}".upper():
        return Unknown(said, code)
    if code == 429:
        return RateLimited(said, code, after=retry_after(reply))
    if code in (401, 403):
        return AuthFailed(said, code)
    if code in (404, 410):
        return Gone(said, code)
    if code >= 500:
        return Unknown(said, code) if posts and code in MAY_HAVE_WORKED else Retryable(said, code)
    return Rejected(said, code)

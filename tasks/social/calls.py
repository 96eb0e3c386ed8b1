"""One call to a service, with the usual meaning of its answers (RFC 9110, RFC 6585)."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cms import http
from tasks.social.errors import AuthFailed, Gone, RateLimited, Rejected, Retryable, Unknown

LONGEST_WAIT = timedelta(days=1).total_seconds()
# Behind these answers of a server or its proxy, what was asked may have been done all the same.
MAY_HAVE_WORKED = (500, 502, 504)


def call(client: http.Client, method: str, url: str, *, posts: bool, **request: Any) -> http.Response:
    """The successful answer; anything else raises the ``ChannelError`` that it means.

    ``posts`` says that the call makes something that must not be there twice: then every doubt
    after the connection was made is ``Unknown``.
    """
    try:
        reply = client.request(method, url, **request)
    except http.NOT_CONNECTED as error:
        raise Retryable(str(error)) from error
    except http.ERRORS as error:
        raise _lost(error) if posts else Retryable(str(error) or type(error).__name__) from error
    return checked(reply, posts=posts)


def checked(reply: http.Response, *, posts: bool) -> http.Response:
    """``reply`` where it is a success; raises what its status means."""
    code = reply.status_code
    if reply.is_success:
        return reply
    reason = reply.reason_phrase or str(code)
    if posts and code in MAY_HAVE_WORKED:
        raise Unknown(reason, code)
    if code == 429:
        raise RateLimited(reason, code, after=retry_after(reply))
    if code >= 500 or code == 408:
        raise Retryable(reason, code, after=retry_after(reply))
    if code in (401, 403):
        raise AuthFailed(reason, code)
    raise Gone(reason, code) if code in (404, 410) else Rejected(reason, code)


def retry_after(reply: http.Response) -> float | None:
    """Seconds that ``Retry-After`` asks to wait (a number or a date), at least one and at most a day."""
    value = reply.headers.get("Retry-After", "")
    try:
        if value.isdecimal():
            seconds = float(value)
        else:
            seconds = (parsedate_to_datetime(value) - timezone.now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(1.0, seconds), LONGEST_WAIT)


def _lost(error: Exception) -> Unknown:
    return Unknown(_("The server's reply was lost: %(error)s") % {"error": error})

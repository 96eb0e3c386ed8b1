"""Calls to a personal data server (atproto.com/specs/xrpc), with a session that is kept between them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cms import http
from tasks.social.calls import LONGEST_WAIT, MAY_HAVE_WORKED
from tasks.social.errors import AuthFailed, ChannelError, Gone, RateLimited, Rejected, Retryable, Unknown

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

SERVER = "https://bsky.social"
ENDED = ("ExpiredToken", "InvalidToken")
REFUSED = (
    "AuthenticationRequired",
    "AuthMissing",
    "AccountTakedown",
    "AccountDeactivated",
    "AuthFactorTokenRequired",
)
NOT_THERE = ("RecordNotFound", "RepoNotFound")


class SessionEnded(ChannelError):
    """The access token is of no use any more; there may be a new one."""


class Api:
    """One account's calls; a context manager."""

    def __init__(self, account: SocialAccount) -> None:
        self._account = account
        self._client = http.client(base_url=account.server or SERVER)

    def __enter__(self) -> Api:
        self._client.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._client.__exit__(*exception)

    @property
    def did(self) -> str:
        """The account's permanent identifier."""
        return str(self._session()["did"])

    def get(self, method: str, **params: Any) -> Any:
        """A query; changes nothing."""
        return self._with_session("GET", method, params=params)

    def post(self, method: str, body: Any = None, *, content: bytes | None = None, mime: str = "") -> Any:
        """A procedure. A doubt about its outcome is ``Unknown``."""
        if content is not None:
            return self._with_session("POST", method, content=content, headers={"Content-Type": mime})
        return self._with_session("POST", method, json=body)

    def _with_session(self, verb: str, method: str, **request: Any) -> Any:
        token = self._session()["accessJwt"]
        try:
            return self._call(verb, method, token, **request)
        except SessionEnded:
            renewed = self._session(instead_of=token)
        try:
            return self._call(verb, method, renewed["accessJwt"], **request)
        except SessionEnded as error:
            raise AuthFailed(str(error), error.code) from error

    def _session(self, instead_of: str = "") -> dict[str, Any]:
        """The session that is kept, or a new one in its place.

        Logging in is rationed (300 a day), so the account's row is locked meanwhile: a second
        worker waits and finds what the first one got.
        """
        kept: dict[str, Any] = self._account.session
        if kept.get("accessJwt", instead_of) != instead_of:
            return kept
        with transaction.atomic():
            rows = type(self._account)._default_manager.filter(pk=self._account.pk)
            if connections[rows.db].features.has_select_for_update:
                rows = rows.select_for_update()
            current = rows.first()
            kept = dict(current.session) if current else {}
            if kept.get("accessJwt", instead_of) == instead_of:
                kept = self._renewed(kept)
            self._account.keep_session(kept)
        return kept

    def _renewed(self, old: dict[str, Any]) -> dict[str, Any]:
        if old.get("refreshJwt"):
            try:
                return _tokens(self._call("POST", "com.atproto.server.refreshSession", old["refreshJwt"]))
            except (SessionEnded, AuthFailed):
                pass
        secrets, options = self._account.credentials, self._account.options
        login = {"identifier": options.get("handle", ""), "password": secrets.get("app_password", "")}
        try:
            return _tokens(self._call("POST", "com.atproto.server.createSession", "", json=login))
        except (SessionEnded, Rejected) as error:
            raise AuthFailed(str(error), error.code) from error

    def _call(self, verb: str, method: str, token: str, **request: Any) -> Any:
        headers = {**request.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        try:
            reply = self._client.request(verb, f"/xrpc/{method}", headers=headers, **request)
        except http.NOT_CONNECTED as error:
            raise Retryable(str(error)) from error
        except http.ERRORS as error:
            lost = _("The server's reply was lost: %(error)s") % {"error": error}
            raise (Unknown(lost) if verb == "POST" else Retryable(lost)) from error
        if not reply.is_success:
            raise _meaning(reply, posts=verb == "POST")
        return _json(reply)


def _tokens(answer: Any) -> dict[str, Any]:
    """What is kept of a session."""
    try:
        return {name: str(answer[name]) for name in ("did", "handle", "accessJwt", "refreshJwt")}
    except (KeyError, TypeError) as error:
        raise Retryable(_("The server's reply is not what was expected.")) from error


def _json(reply: http.Response) -> Any:
    try:
        return reply.json() if reply.content else {}
    except ValueError as error:
        raise Unknown(_("The server's reply is not JSON."), reply.status_code) from error


def _meaning(reply: http.Response, *, posts: bool) -> ChannelError:
    code, (name, message) = reply.status_code, _error(reply)
    if name in ENDED:
        return SessionEnded(message, code)
    if code == 401 or name in REFUSED:
        return AuthFailed(message, code)
    if code == 429:
        return RateLimited(message, code, after=_wait(reply))
    if name in NOT_THERE or code == 404:
        return Gone(message, code)
    if code >= 500:
        return Unknown(message, code) if posts and code in MAY_HAVE_WORKED else Retryable(message, code)
    return Rejected(message, code)


def _error(reply: http.Response) -> tuple[str, str]:
    """The error's name and what is to be read by people."""
    try:
        body = json.loads(reply.content[:10_000])
        name, message = str(body["error"]), str(body.get("message") or body["error"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", reply.reason_phrase or str(reply.status_code)
    return name, message


def _wait(reply: http.Response) -> float | None:
    """Seconds until ``ratelimit-reset``, an epoch; at least one, at most a day."""
    reset = reply.headers.get("ratelimit-reset", "")
    if not reset.isdecimal() or len(reset) > 12:
        return None
    until = datetime.fromtimestamp(int(reset), UTC) - timezone.now()
    return min(max(1.0, until.total_seconds()), LONGEST_WAIT)

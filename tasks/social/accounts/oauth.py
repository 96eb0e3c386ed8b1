"""Connecting an account by OAuth (RFC 6749, 4.1): out to the service with a signed state, and back once."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tasks.social.models import SocialAccount

SALT = "antenne.social.oauth"
MINUTES = 10
SESSION_KEY = "antenne_social_oauth"


class StateInvalid(Exception):
    """The state is forged, too old, of another user or session, or was used before."""


def redirect_uri(request: HttpRequest) -> str:
    """Where services send the editor back to; to be registered with those that want it beforehand."""
    return request.build_absolute_uri(reverse("social_accounts:callback"))


def begin(request: HttpRequest, account: SocialAccount) -> str:
    """The service's page for giving consent; remembers in the session who was sent there."""
    nonce = secrets.token_urlsafe(16)
    state = signing.dumps({"account": account.pk, "nonce": nonce, "user": request.user.pk}, salt=SALT)
    consent = account.get_channel().authorize(account, redirect_uri=redirect_uri(request), state=state)
    _keep(account, consent.credentials)
    request.session[SESSION_KEY] = nonce
    return consent.url


def account_of(request: HttpRequest, state: str) -> SocialAccount:
    """The account that ``state`` was made for. Works once."""
    nonce = request.session.pop(SESSION_KEY, "")
    try:
        known = signing.loads(state, salt=SALT, max_age=MINUTES * 60)
    except signing.BadSignature as error:
        raise StateInvalid from error
    mine = nonce and secrets.compare_digest(known["nonce"], nonce) and known["user"] == request.user.pk
    account = SocialAccount.objects.filter(pk=known["account"]).first() if mine else None
    if account is None:
        raise StateInvalid
    return account


def finish(request: HttpRequest, account: SocialAccount, code: str) -> None:
    """Exchange ``code`` for credentials and keep them. Raises ``ChannelError``."""
    found = account.get_channel().connect(account, redirect_uri=redirect_uri(request), code=code)
    renew(account, found)


def renew(account: SocialAccount, found: dict[str, Any]) -> None:
    """Keep new credentials, and until when they hold."""
    ends = found.pop("expires_at", None)
    account.expires_at = _moment(ends)
    account.trouble, account.session, account.silence = "", {}, ""
    account.warned_at, account.warned_of, account.probed_at = None, "", None
    _keep(account, found)


def _keep(account: SocialAccount, credentials: Any) -> None:
    account.credentials = {**account.credentials, **credentials}
    account.save()


def _moment(text: Any) -> datetime | None:
    """What a channel says of the end; one that makes no sense is none, because the credentials are good."""
    try:
        moment = datetime.fromisoformat(text)
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    except (TypeError, ValueError, OverflowError):
        return None

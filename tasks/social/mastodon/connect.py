"""Connecting an account by OAuth (docs.joinmastodon.org/client/token)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from tasks.social.errors import Rejected
from tasks.social.mastodon import api
from tasks.social.values import Consent

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

SCOPES = "read:accounts read:statuses write:statuses write:media"


def authorize(account: SocialAccount, redirect_uri: str, state: str) -> Consent:
    """Register this site with the server, and say where the editor gives consent."""
    form = {
        "client_name": settings.WAGTAIL_SITE_NAME,
        "redirect_uris": redirect_uri,
        "scopes": SCOPES,
        "website": settings.WAGTAILADMIN_BASE_URL,
    }
    app = api.call(account, "POST", "/api/v1/apps", data=form)
    known = {name: _text(app, name) for name in ("client_id", "client_secret")}
    query = {
        "client_id": known["client_id"],
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": SCOPES,
        "state": state,
    }
    return Consent(f"{account.server}/oauth/authorize?{urlencode(query)}", known)


def connect(account: SocialAccount, redirect_uri: str, code: str) -> dict[str, Any]:
    """The token for ``code``. Mastodon's do not end by themselves."""
    form = {
        "client_id": account.credentials.get("client_id", ""),
        "client_secret": account.credentials.get("client_secret", ""),
        "redirect_uri": redirect_uri,
        "grant_type": "authorization_code",
        "code": code,
        "scope": SCOPES,
    }
    return {"access_token": _text(api.call(account, "POST", "/oauth/token", data=form), "access_token")}


def _text(answer: Any, name: str) -> str:
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value:
        raise Rejected(_("The server's reply is not what was expected."))
    return value

"""Connecting by OAuth. One app of the operator's serves all accounts; its key is in the settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.social.errors import Rejected
from tasks.social.values import Consent


def app_of(setting: str, name: str) -> tuple[str, str]:
    """(client id, client secret) of a setting ``id:secret``."""
    identifier, colon, secret = setting.partition(":")
    if not (identifier and colon and secret):
        reason = _("The setting %(name)s names no app, so the account needs a token that is typed by hand.")
        raise Rejected(reason % {"name": name})
    return identifier, secret


def consent(address: str, client: str, scope: str, redirect_uri: str, state: str) -> Consent:
    """Where the editor agrees."""
    query = {
        "client_id": client,
        "redirect_uri": redirect_uri,
        "scope": scope,
        "response_type": "code",
        "state": state,
    }
    return Consent(f"{address}?{urlencode(query)}", {})


LONGEST = 3_000_000_000
"""Seconds, almost a hundred years: what says more than that does not end."""


def ends_in(seconds: Any) -> dict[str, str]:
    """``expires_at`` for a number of seconds, nothing where a token does not end."""
    if not isinstance(seconds, int) or not 1 < seconds < LONGEST:
        return {}
    return {"expires_at": (timezone.now() + timedelta(seconds=seconds)).isoformat()}

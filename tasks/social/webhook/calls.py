"""One signed call (Standard Webhooks 1.0)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook

from cms import http
from tasks.social.calls import checked
from tasks.social.errors import AuthFailed, ChannelError, Gone, Rejected, Retryable, Unknown

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount


def send(account: SocialAccount, name: str, identifier: str, at: datetime, data: Any) -> None:
    """Tell the endpoint that ``name`` happened ``at``. ``identifier`` is the same in every attempt.

    2xx is success and 410 switches the account off; everything else is tried again, because
    receivers recognise what they have by its identifier.
    """
    known = {"type": name, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
    body = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    try:
        _call(account, body, signed(account, identifier, body))
    except Gone as error:
        raise _switched_off(account) if error.code == "410" else _later(error) from error
    except Rejected as error:
        raise _later(error) from error


def _call(account: SocialAccount, body: str, headers: dict[str, str]) -> None:
    """One POST. Only status and headers of the answer count: what else it says is never read."""
    try:
        with (
            http.client() as client,
            client.stream("POST", account.server, content=body.encode(), headers=headers) as reply,
        ):
            # Not as something that must not be there twice: of a 502 or 504, too, the wait is kept.
            checked(reply, posts=False)
    except http.NOT_CONNECTED as error:
        raise Retryable(str(error)) from error
    except http.ERRORS as error:
        raise Unknown(_("The server's reply was lost: %(error)s") % {"error": error}) from error


def _later(error: ChannelError) -> Retryable:
    return Retryable(str(error), error.code)


def signed(account: SocialAccount, identifier: str, body: str) -> dict[str, str]:
    """The headers: a signature for each secret that holds now."""
    now = timezone.now()
    signatures = [Webhook(secret).sign(identifier, now, body) for secret in _secrets(account)]
    return {
        "Content-Type": "application/json",
        "webhook-id": identifier,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _secrets(account: SocialAccount) -> list[str]:
    known = account.credentials
    secrets = [known.get("signing_secret", "")]
    until = known.get("old_until")
    if until and datetime.fromisoformat(until) > timezone.now():
        secrets.append(known["old_secret"])
    if not all(secrets):
        raise AuthFailed(_("The endpoint has no signing secret."))
    return secrets


def _switched_off(account: SocialAccount) -> Rejected:
    reason = _("The endpoint says that it is gone for good (410), so the account is switched off.")
    type(account)._default_manager.filter(pk=account.pk).update(active=False, trouble=reason)
    return Rejected(reason, 410)

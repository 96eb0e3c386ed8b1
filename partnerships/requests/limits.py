"""How often the forms may be used, counted without storing by whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from cms.clients import network_of
from cms.counting import add_one
from cms.proof import Proof
from partnerships.requests.models import NoticeCount

# Without the captcha's proof of work, one in so many of what is possible with it.
UNPROVEN_SHARE = 10
KEPT = timedelta(days=2)


def over_limit(form: str, address: str, ip: str | None, *, proven: bool) -> bool:
    """Count one use of ``form``; whether there were too many in this hour.

    Uses without proof have counters of their own: a flood of them leaves room for the others.
    """
    window = timezone.now().replace(minute=0, second=0, microsecond=0)
    share, kind = (1, "proven") if proven else (UNPROVEN_SHARE, "unproven")
    by_address = count(f"{form} address {address.casefold()}", window)
    by_network = count(f"{form} {kind} network {network_of(ip)}", window)
    in_all = count(f"{form} {kind} all", window)
    return (
        by_address > settings.ANTENNE_SIGNUP_PER_ADDRESS
        or by_network > max(1, settings.ANTENNE_SIGNUP_PER_NETWORK // share)
        or in_all > max(1, settings.ANTENNE_SIGNUP_IN_ALL // share)
    )


def recipient_is_full(address: str) -> bool:
    """Count one message to ``address``; whether it had enough of them today."""
    window = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return count(f"recipient {address.casefold()}", window) > settings.ANTENNE_RELAY_PER_RECIPIENT


def count(what: str, window: datetime) -> int:
    """Add one to the count of ``what`` and return it."""
    key = salted_hmac("antenne.notices.count", what, algorithm="sha256").hexdigest()
    return add_one(NoticeCount, key, window)


def forget_counts() -> int:
    """Delete the counts of windows that are over; returns how many."""
    return NoticeCount.objects.filter(window__lt=timezone.now() - KEPT).delete()[0]


proof = Proof("notices", count)

"""How often the sign-up may be used, counted without storing by whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cms.clients import network_of
from cms.counting import add_one
from tasks.newsletter.addresses import address_hash, address_key
from tasks.newsletter.models import SignupCount

HOUR = timedelta(hours=1)
# Without the captcha's proof of work, one in so many of what is possible with it.
UNPROVEN_SHARE = 10


@transaction.atomic
def over_limit(address: str, ip: str | None, *, proven: bool, form: str = "") -> str:
    """Count one sign-up; returns why no mail may be sent for it, or an empty string.

    Another ``form`` that has mails sent is counted for itself.

    Sign-ups without proof have counters of their own: a flood of them leaves room for the others.
    """
    window = timezone.now().replace(minute=0, second=0, microsecond=0)
    share, kind = (1, "proven") if proven else (UNPROVEN_SHARE, "unproven")
    by_address = count(f"{form}address {address_key(address)}", window)
    by_network = count(f"{form}{kind} network {network_of(ip)}", window)
    in_all = count(f"{form}{kind} all", window)
    if by_address > settings.ANTENNE_SIGNUP_PER_ADDRESS:
        return _("Too many sign-ups of this address within an hour.")
    if by_network > max(1, settings.ANTENNE_SIGNUP_PER_NETWORK // share):
        return _("Too many sign-ups from this network within an hour.")
    if in_all > max(1, settings.ANTENNE_SIGNUP_IN_ALL // share):
        return _("Too many sign-ups within an hour.")
    return ""


def count(what: str, window: datetime) -> int:
    """Add one to the count of ``what`` and return it, in one statement that cannot lose any."""
    return add_one(SignupCount, address_hash(f"signup {what}"), window)


def forget_counts() -> int:
    """Delete the counts of windows that are over; returns how many."""
    return SignupCount.objects.filter(window__lt=timezone.now() - 2 * HOUR).delete()[0]

"""How often the sign-up may be used, counted without storing by whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.newsletter.addresses import address_hash, address_key
from tasks.newsletter.models import SignupCount
from tasks.newsletter.origin import network_of

HOUR = timedelta(hours=1)
# Without the captcha's proof of work, one in so many of what is possible with it.
UNPROVEN_SHARE = 10


@transaction.atomic
def over_limit(address: str, ip: str | None, *, proven: bool) -> str:
    """Count one sign-up; returns why no mail may be sent for it, or an empty string.

    Sign-ups without proof have counters of their own: a flood of them leaves room for the others.
    """
    window = timezone.now().replace(minute=0, second=0, microsecond=0)
    share, kind = (1, "proven") if proven else (UNPROVEN_SHARE, "unproven")
    by_address = count(f"address {address_key(address)}", window)
    by_network = count(f"{kind} network {network_of(ip)}", window)
    in_all = count(f"{kind} all", window)
    if by_address > settings.ANTENNE_SIGNUP_PER_ADDRESS:
        return _("Too many sign-ups of this address within an hour.")
    if by_network > max(1, settings.ANTENNE_SIGNUP_PER_NETWORK // share):
        return _("Too many sign-ups from this network within an hour.")
    if in_all > max(1, settings.ANTENNE_SIGNUP_IN_ALL // share):
        return _("Too many sign-ups within an hour.")
    return ""


def count(what: str, window: datetime) -> int:
    """Add one to the count of ``what`` and return it, in one statement that cannot lose any."""
    table = connection.ops.quote_name(SignupCount._meta.db_table)
    stored = SignupCount._meta.get_field("window").get_db_prep_value(window, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (key, "window", count) VALUES (%s, %s, 1)'  # noqa: S608 -- our own table
            f' ON CONFLICT (key, "window") DO UPDATE SET count = {table}.count + 1 RETURNING count',
            [address_hash(f"signup {what}"), stored],
        )
        return int(cursor.fetchone()[0])


def forget_counts() -> int:
    """Delete the counts of windows that are over; returns how many."""
    return SignupCount.objects.filter(window__lt=timezone.now() - 2 * HOUR).delete()[0]

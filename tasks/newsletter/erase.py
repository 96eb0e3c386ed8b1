"""Erasing a person: nothing stays but a keyed hash that keeps us from writing there again."""

from __future__ import annotations

from django.db import transaction
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from tasks.ledger.models import State
from tasks.newsletter.models import (
    Delivery,
    DomainPace,
    MailRelay,
    Subscriber,
    Suppression,
    SuppressionReason,
)
from tasks.newsletter.own_data import deliveries_of, events_of, log_of
from tasks.newsletter.suppressions import suppress


@transaction.atomic
def erase(subscriber: Subscriber) -> None:
    """Delete everything about ``subscriber``.

    Their mails stay as rows without an address: a campaign's figures still add up.
    """
    suppress(subscriber.email, SuppressionReason.ERASED)
    # A note may quote a mail server, and with it the address.
    Suppression.objects.filter(address_hash=subscriber.email_hash).update(note="")
    _forget_replies(subscriber)
    events_of(subscriber).update(address_hash="", detail="")
    _blank_deliveries(subscriber)
    log_of(subscriber).delete()
    subscriber.delete()


def _forget_replies(subscriber: Subscriber) -> None:
    """What mail servers said last may quote the address; a domain of one's own may name its owner."""
    pace = DomainPace.objects.filter(domain=subscriber.domain)
    pace.update(last_reply="")
    if not Subscriber.objects.filter(domain=subscriber.domain).exclude(pk=subscriber.pk).exists():
        pace.delete()
    MailRelay.objects.filter(last_error__icontains=subscriber.email_key).update(last_error="")


def _blank_deliveries(subscriber: Subscriber) -> None:
    blank(deliveries_of(subscriber))


def blank(mails: QuerySet[Delivery]) -> int:
    """Take the address out of ``mails``; the rows stay, so that figures add up. Returns how many."""
    waiting = (State.PENDING, State.CLAIMED, State.DEFERRED)
    mails.filter(state__in=waiting).update(state=State.SUPPRESSED, lease_until=None)
    nobody = Concat(Value("erased:"), Cast("pk", CharField()))
    return mails.update(subscriber=None, address="", address_key=nobody, domain="", detail="")

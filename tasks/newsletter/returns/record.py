"""Storing an event once, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tasks.ledger.models import State
from tasks.ledger.outcomes import clean
from tasks.newsletter import consent
from tasks.newsletter.addresses import address_hash, address_key
from tasks.newsletter.models import (
    ConsentKind,
    Delivery,
    EventKind,
    MailEvent,
    Subscriber,
    SuppressionReason,
    Way,
)
from tasks.newsletter.returns.classify import is_about_the_mailbox
from tasks.newsletter.returns.reports import DETAIL_LENGTH
from tasks.newsletter.subscribe import unsubscribe
from tasks.newsletter.suppressions import suppress

FORGET_ONE_AFTER = timedelta(days=7)
TOO_MANY = 5


@dataclass(frozen=True)
class Event:
    """Something that happened to a mail, told by somebody who proved to know."""

    source: str
    event_id: str
    kind: EventKind
    at: datetime
    address: str = ""
    """Whom it was for; empty where nothing is proven, and then nothing follows."""
    delivery: Delivery | None = None
    code: str = ""
    detail: str = ""


@transaction.atomic
def record(event: Event) -> bool:
    """Store ``event`` and draw the consequences; False where it was stored before."""
    key = address_key(event.address)
    row, is_new = MailEvent.objects.get_or_create(
        source=event.source[:40],
        event_id=event.event_id[:200],
        defaults={
            "kind": event.kind,
            "delivery": event.delivery,
            "address_hash": address_hash(key) if key else "",
            "code": clean(event.code, 20),
            "detail": clean(event.detail, DETAIL_LENGTH),
            "occurred_at": event.at,
        },
    )
    if is_new and event.address:
        _settle(row)
        _follow(row, event.address, Subscriber.objects.filter(email_key=key).first())
    return is_new


def _settle(event: MailEvent) -> None:
    """What the event says about its delivery.

    Both kinds of bounce mean that this mail was given up: it has failed, whatever the relay said
    when it took it. Any event at all proves that the relay had it, so an outcome that was unknown
    is known now. The moment it was sent stays.
    """
    if event.delivery_id is None:
        return
    accepted = Delivery.objects.filter(pk=event.delivery_id, state__in=(State.SENT, State.UNKNOWN))
    if event.kind in (EventKind.HARD, EventKind.SOFT):
        accepted.update(state=State.FAILED, code=event.code, detail=event.detail, updated_at=timezone.now())
    else:
        unclear = accepted.filter(state=State.UNKNOWN)
        unclear.update(state=State.SENT, sent_at=event.occurred_at, updated_at=timezone.now())


def settle_from_events(deliveries: list[int]) -> None:
    """Let what was reported before count for ``deliveries`` whose outcome has just become unknown."""
    for event in MailEvent.objects.filter(delivery__in=deliveries).order_by("pk") if deliveries else ():
        _settle(event)


def _follow(event: MailEvent, address: str, subscriber: Subscriber | None) -> None:
    """What the event means for the address and for the person behind it."""
    if event.kind == EventKind.HARD:
        _block(address, subscriber, SuppressionReason.BOUNCE, event)
    elif event.kind == EventKind.COMPLAINT:
        _block(address, subscriber, SuppressionReason.COMPLAINT, event)
        _end(subscriber)
    elif event.kind == EventKind.UNSUBSCRIBED:
        _end(subscriber)
    elif event.kind == EventKind.SOFT and subscriber and _counts(event):
        _count(event, address, subscriber)


def _block(address: str, subscriber: Subscriber | None, reason: SuppressionReason, event: MailEvent) -> None:
    is_new = suppress(address, reason, note=f"{event.source} {event.code}".strip())
    if is_new and subscriber:
        details = {"reason": reason.value, "code": event.code}
        consent.record(subscriber, ConsentKind.BLOCKED, Way.MAIL, source=event.source, details=details)


def _end(subscriber: Subscriber | None) -> None:
    if subscriber:
        unsubscribe(subscriber, Way.MAIL)


def _counts(event: MailEvent) -> bool:
    """One mail that comes back twice is one bounce."""
    others = MailEvent.objects.filter(delivery=event.delivery, kind=EventKind.SOFT).exclude(pk=event.pk)
    told_before = event.delivery_id is not None and others.exists()
    return is_about_the_mailbox(event.code) and not told_before


def _count(event: MailEvent, address: str, subscriber: Subscriber) -> None:
    """Add one temporary bounce, forget one per week without any, and block at five."""
    now = timezone.now()
    locked = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    since = now - locked.soft_bounced_at if locked.soft_bounced_at else timedelta()
    left = max(0, locked.soft_bounces - since // FORGET_ONE_AFTER)
    Subscriber.objects.filter(pk=locked.pk).update(soft_bounces=left + 1, soft_bounced_at=now)
    if left + 1 >= TOO_MANY:
        _block(address, subscriber, SuppressionReason.BOUNCE, event)

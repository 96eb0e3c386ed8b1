"""What a provider reports about a mail, in the terms of bounces and complaints."""

from __future__ import annotations

import hashlib
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from tasks.newsletter import verp
from tasks.newsletter.addresses import address_hash, address_key
from tasks.newsletter.models import Delivery, EventKind
from tasks.newsletter.providers.letters import is_ours
from tasks.newsletter.providers.message import KEY
from tasks.newsletter.returns.classify import exact_code, refusal
from tasks.newsletter.returns.record import Event, record
from tasks.newsletter.returns.reports import without_addresses

KINDS = {
    EventType.DELIVERED: EventKind.DELIVERED,
    EventType.COMPLAINED: EventKind.COMPLAINT,
    EventType.UNSUBSCRIBED: EventKind.UNSUBSCRIBED,
    # They prove that the provider has the mail, and no more.
    EventType.QUEUED: EventKind.OTHER,
    EventType.SENT: EventKind.OTHER,
    EventType.DEFERRED: EventKind.OTHER,
}
GIVEN_UP = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
REASONS = {
    RejectReason.SPAM: EventKind.COMPLAINT,
    RejectReason.UNSUBSCRIBED: EventKind.UNSUBSCRIBED,
    RejectReason.INVALID: EventKind.HARD,
}
SOFT_BOUNCE = "SoftBounce"
"""Postmark's word; for django-anymail it is a bounce like any other."""
POLICY = "5.7.0"
"""RFC 3463: for a policy of theirs. Providers give no code where they did not even try."""


@receiver(tracking, dispatch_uid="antenne.newsletter.providers")
def reported(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """Store one event, once. What was opened and clicked is not looked at."""
    words = f"{event.mta_response or ''} {event.description or ''}".strip()
    told = _told(event, words)
    if told is None:
        return
    kind, code = told
    name = str((event.metadata or {}).get(KEY, ""))
    delivery = Delivery.objects.filter(pk=verp.delivery_tagged(name) or 0).first()
    ours = delivery is not None or is_ours(name)
    now = timezone.now()
    record(
        Event(
            source=esp_name.lower(),
            event_id=event.event_id or _made_up_id(event, name),
            # Another system may share the account: of its mails nothing follows here.
            kind=kind if ours else EventKind.OTHER,
            at=min(event.timestamp or now, now),
            address=(delivery.address if delivery else event.recipient or "") if ours else "",
            delivery=delivery,
            code=code,
            detail=without_addresses(words),
        )
    )


def _told(event: AnymailTrackingEvent, words: str) -> tuple[EventKind, str] | None:
    """(kind, code); None for what does not concern us."""
    if event.event_type in KINDS:
        return KINDS[event.event_type], ""
    if event.event_type not in GIVEN_UP:
        return None
    code = exact_code("", words)
    if event.reject_reason in REASONS:
        return REASONS[event.reject_reason], code
    kind = refusal(code, words)
    if kind is EventKind.SOFT and not code:
        return _without_code(event)
    return kind, code


def _without_code(event: AnymailTrackingEvent) -> tuple[EventKind, str]:
    """The receiving server was not quoted: the provider's own judgement counts."""
    if event.reject_reason == RejectReason.BOUNCED:
        is_soft = isinstance(event.esp_event, dict) and event.esp_event.get("Type") == SOFT_BOUNCE
        return (EventKind.SOFT if is_soft else EventKind.HARD), ""
    # Their policy, not the reader's mailbox: the mail has failed, and the address is none the worse.
    return EventKind.SOFT, POLICY


def _made_up_id(event: AnymailTrackingEvent, name: str) -> str:
    """Not all providers number their events; a repetition has the same time and the same mail."""
    who = name or address_hash(address_key(event.recipient or ""))
    known = f"{event.event_type}|{event.message_id}|{who}|{event.timestamp}"
    return hashlib.sha256(known.encode()).hexdigest()

"""Asking for mail, confirming it, and ending it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from tasks.announcements import doorbell
from tasks.ledger.models import OPEN_STATES, State
from tasks.newsletter import consent, suppressions
from tasks.newsletter.consent import Origin
from tasks.newsletter.deliverable import deliverable
from tasks.newsletter.limits import over_limit
from tasks.newsletter.models import (
    ConsentKind,
    Delivery,
    Following,
    Frequency,
    Interest,
    Standing,
    Subscriber,
    SubscriptionRequest,
    SuppressionReason,
    Way,
)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for, and the words that they agreed to."""

    language: str
    topics: list[str]
    consent_text: str
    source: str
    subjects: list[str] = field(default_factory=list)
    frequency: str = Frequency.AT_ONCE
    text_language: str = ""
    """The language of the words; that of the mails unless given."""

    def columns(self) -> dict[str, Any]:
        """As a request stores it."""
        return {
            "language": self.language,
            "topics": self.topics,
            "subjects": self.subjects,
            "frequency": self.frequency,
            "consent_text": self.consent_text,
            "source": self.source[:200],
        }


def request_subscription(
    email: str,
    language: str,
    topics: list[str],
    consent_text: str,
    source: str,
    *,
    origin: Origin | None = None,
    **more: Any,
) -> SubscriptionRequest:
    """Ask by the form, already proven to be a person; see ``ask``."""
    return ask(
        email, Wish(language, topics, consent_text, source, **more), Way.FORM, origin or Origin(), True
    )


def ask(email: str, wish: Wish, way: Way, origin: Origin, proven: bool) -> SubscriptionRequest:
    """Note a wish to subscribe and have it confirmed by mail. Changes nothing until then.

    Runs the same statements for every address, known or not, so that neither the answer nor the
    time it takes tells anything. Whether a mail goes out is decided when it would be sent
    (``confirmation.withheld``). Raises ``ValidationError`` for what is no address.
    """
    address = deliverable(email)
    reason = over_limit(address, origin.ip, proven=proven)
    with transaction.atomic():
        person = Subscriber.of(address, language=wish.language)
        Subscriber.objects.bulk_create([person], ignore_conflicts=True)
        subscriber = Subscriber.objects.get(email_key=person.email_key)
        request = SubscriptionRequest.objects.create(
            subscriber=subscriber,
            state=State.SUPPRESSED if reason else State.PENDING,
            detail=reason,
            **wish.columns(),
        )
        consent.record(
            subscriber,
            ConsentKind.ASKED,
            way,
            source=wish.source,
            text=wish.consent_text,
            language=wish.text_language or wish.language,
            details=_details(request),
            origin=origin,
        )
        transaction.on_commit(lambda: doorbell.ring("send_confirmations"), robust=True)
    return request


def ask_again(request: SubscriptionRequest, origin: Origin) -> SubscriptionRequest:
    """A new confirmation mail in place of one whose link is too old."""
    wish = Wish(
        request.language,
        request.topics,
        request.consent_text,
        request.source,
        request.subjects,
        request.frequency,
        _text_language(request),
    )
    return ask(request.subscriber.email, wish, Way.LINK, origin, True)


def _text_language(request: SubscriptionRequest) -> str:
    asked = request.subscriber.consent_records.filter(kind=ConsentKind.ASKED, text=request.consent_text)
    return asked.order_by("position").values_list("language", flat=True).last() or request.language


def _details(request: SubscriptionRequest) -> dict[str, Any]:
    chosen = {"topics": request.topics, "subjects": request.subjects, "frequency": request.frequency}
    return {"request": str(request.public_id), "mails_in": request.language, **chosen}


@transaction.atomic
def confirm(request: SubscriptionRequest, origin: Origin | None = None) -> Subscriber:
    """The owner of the address agrees: what was asked for holds from now on. Works once."""
    now = timezone.now()
    subscriber = request.subscriber
    if not SubscriptionRequest.objects.filter(pk=request.pk, confirmed_at=None).update(confirmed_at=now):
        return subscriber
    if subscriber.standing != Standing.CONFIRMED:
        subscriber.digest_from = now
        subscriber.paused_until = None
    subscriber.language = request.language
    subscriber.frequency = request.frequency
    subscriber.standing = Standing.CONFIRMED
    subscriber.confirmed_at = now
    subscriber.unsubscribed_at = None
    subscriber.save()
    set_topics(subscriber, request.topics)
    set_subjects(subscriber, request.subjects)
    suppressions.lift(subscriber.email, SuppressionReason.ERASED)
    consent.record(
        subscriber,
        ConsentKind.CONFIRMED,
        Way.LINK,
        source=request.source,
        language=request.language,
        details=_details(request),
        origin=origin,
    )
    return subscriber


def set_subjects(subscriber: Subscriber, subjects: list[str]) -> None:
    """Make ``subjects`` all that the subscriber follows."""
    subscriber.followings.exclude(subject__in=subjects).delete()
    rows = [Following(subscriber=subscriber, subject=subject) for subject in subjects]
    Following.objects.bulk_create(rows, ignore_conflicts=True)


def set_topics(subscriber: Subscriber, topics: list[str]) -> None:
    """Make ``topics`` the subscriber's only interests."""
    subscriber.interests.exclude(topic__in=topics).delete()
    rows = [Interest(subscriber=subscriber, topic=topic) for topic in topics]
    Interest.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def unsubscribe(subscriber: Subscriber, way: Way = Way.LINK, origin: Origin | None = None) -> None:
    """End the subscription. Mails that were not begun are not sent any more."""
    wanted = Subscriber.objects.filter(pk=subscriber.pk).exclude(standing=Standing.UNSUBSCRIBED)
    if wanted.update(standing=Standing.UNSUBSCRIBED, unsubscribed_at=timezone.now()):
        consent.record(subscriber, ConsentKind.WITHDRAWN, way, origin=origin)
    waiting = Delivery.objects.filter(subscriber=subscriber, state__in=OPEN_STATES)
    waiting.exclude(state=State.SENDING).update(state=State.SUPPRESSED, lease_until=None)
    open_requests = SubscriptionRequest.objects.filter(subscriber=subscriber, confirmed_at=None)
    open_requests.delete()

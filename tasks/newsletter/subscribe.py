"""Asking for mail, confirming it, and ending it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tasks.announcements import doorbell
from tasks.ledger.models import OPEN_STATES, State
from tasks.newsletter.addresses import address_key, normalized
from tasks.newsletter.models import Delivery, Interest, Standing, Subscriber, SubscriptionRequest

# Within this time one address gets one confirmation mail, whoever fills in the form how often.
COOLDOWN = timedelta(minutes=10)


@transaction.atomic
def request_subscription(
    email: str, language: str, topics: list[str], consent_text: str, source: str
) -> SubscriptionRequest:
    """Note a wish to subscribe and have it confirmed by mail. Changes nothing until then.

    Raises ``ValidationError`` for what is no address. A second wish within ten minutes is taken for
    the first one: what is confirmed must be what the mail said, whoever fills in the form meanwhile.
    """
    address = normalized(email)
    subscriber, _ = Subscriber.objects.get_or_create(
        email_key=address_key(address), defaults={"email": address, "language": language}
    )
    wish = {"language": language, "topics": topics, "consent_text": consent_text, "source": source}
    recent = SubscriptionRequest.objects.filter(
        subscriber=subscriber, confirmed_at=None, requested_at__gt=timezone.now() - COOLDOWN
    ).first()
    if recent:
        return recent
    request = SubscriptionRequest.objects.create(subscriber=subscriber, **wish)
    transaction.on_commit(lambda: doorbell.ring("send_confirmations"), robust=True)
    return request


@transaction.atomic
def confirm(request: SubscriptionRequest) -> Subscriber:
    """The owner of the address agrees: what was asked for holds from now on. Works once."""
    now = timezone.now()
    subscriber = request.subscriber
    if not SubscriptionRequest.objects.filter(pk=request.pk, confirmed_at=None).update(confirmed_at=now):
        return subscriber
    subscriber.language = request.language
    if subscriber.standing != Standing.CONFIRMED:
        subscriber.digest_from = now
    subscriber.standing = Standing.CONFIRMED
    subscriber.confirmed_at = now
    subscriber.unsubscribed_at = None
    subscriber.save()
    set_topics(subscriber, request.topics)
    return subscriber


def set_topics(subscriber: Subscriber, topics: list[str]) -> None:
    """Make ``topics`` the subscriber's only interests."""
    subscriber.interests.exclude(topic__in=topics).delete()
    rows = [Interest(subscriber=subscriber, topic=topic) for topic in topics]
    Interest.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def unsubscribe(subscriber: Subscriber) -> None:
    """End the subscription. Mails that were not begun are not sent any more."""
    Subscriber.objects.filter(pk=subscriber.pk).exclude(standing=Standing.UNSUBSCRIBED).update(
        standing=Standing.UNSUBSCRIBED, unsubscribed_at=timezone.now()
    )
    waiting = Delivery.objects.filter(subscriber=subscriber, state__in=OPEN_STATES)
    waiting.exclude(state=State.SENDING).update(state=State.SUPPRESSED, lease_until=None)
    open_requests = SubscriptionRequest.objects.filter(subscriber=subscriber, confirmed_at=None)
    open_requests.delete()

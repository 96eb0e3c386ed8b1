"""Everything that is stored about one person, for that person."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from tasks.newsletter.consent import export
from tasks.newsletter.models import Delivery, MailEvent, Subscriber

PERSON = (
    *("email", "language", "standing", "frequency", "paused_until", "digest_from"),
    *("created_at", "confirmed_at", "unsubscribed_at", "soft_bounces", "soft_bounced_at"),
)
REQUEST = ("language", "frequency", "topics", "subjects", "consent_text", "source")
MAIL = ("requested_at", "state", "sent_at", "detail")


def own_data(subscriber: Subscriber) -> dict[str, Any]:
    """Ready for JSON, in a fixed number of queries."""
    return {
        "subscriber": {name: getattr(subscriber, name) for name in PERSON},
        "topics": list(subscriber.interests.order_by("pk").values_list("topic", flat=True)),
        "follows": list(subscriber.followings.order_by("pk").values_list("subject", flat=True)),
        "subscription_requests": _rows(subscriber.requests.all(), *REQUEST, *MAIL, "confirmed_at"),
        "settings_requests": _rows(subscriber.settings_requests.all(), "language", *MAIL),
        "consent": export(subscriber),
        "mails": [_mail(delivery) for delivery in _deliveries(subscriber)],
        "bounces_and_complaints": _rows(
            events_of(subscriber), "source", "kind", "code", "detail", "occurred_at", "received_at"
        ),
    }


def deliveries_of(subscriber: Subscriber) -> QuerySet[Delivery]:
    """Every mail to this person, also one from before they subscribed anew."""
    return Delivery.objects.filter(Q(subscriber=subscriber) | Q(address_key=subscriber.email_key))


def events_of(subscriber: Subscriber) -> QuerySet[MailEvent]:
    """Every bounce and complaint of this person."""
    theirs = Q(address_hash=subscriber.email_hash) | Q(delivery__in=deliveries_of(subscriber))
    return MailEvent.objects.filter(theirs)


def _deliveries(subscriber: Subscriber) -> QuerySet[Delivery]:
    return deliveries_of(subscriber).select_related("campaign__version").order_by("pk")


def _mail(delivery: Delivery) -> dict[str, Any]:
    version = delivery.campaign.version
    return {
        "title": version.title if version else delivery.campaign.period,
        "language": delivery.campaign.language,
        "address": delivery.address,
        "state": delivery.state,
        "sent_at": delivery.sent_at,
        "reply": delivery.detail,
    }


def _rows(rows: QuerySet[Any], *names: str) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values(*names))

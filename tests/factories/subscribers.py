"""Subscribers, as many as a test needs."""

from __future__ import annotations

from itertools import count

from django.utils import timezone

from tasks.newsletter.models import Standing, Subscriber
from tasks.newsletter.subscribe import set_topics

numbers = count(1)


def subscriber(
    language: str = "de", *topics: str, standing: str = Standing.CONFIRMED, email: str = ""
) -> Subscriber:
    """A subscriber of ``topics`` (congresses by default), confirmed unless said otherwise."""
    address = email or f"person{next(numbers)}@example.org"
    person = Subscriber.objects.create(
        email=address,
        email_key=address.casefold(),
        language=language,
        standing=standing,
        confirmed_at=timezone.now() if standing == Standing.CONFIRMED else None,
    )
    set_topics(person, list(topics) or ["congress"])
    return person

"""What the ledger says of campaigns: all numbers by one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from tasks.ledger.models import State
from tasks.newsletter.models import Campaign, Delivery

WINDOW = timedelta(minutes=1)
"""What is “recent”."""


@dataclass
class Book:
    """What the ledger says of one campaign."""

    states: dict[str, int] = field(default_factory=dict)
    read_at: datetime = field(default_factory=timezone.now)
    recent: int = 0
    """Sent in the last minute."""
    recent_from: datetime | None = None
    """When the first of these was sent."""
    sent_from: datetime | None = None
    next_try: datetime | None = None


def books_of(campaigns: Iterable[Campaign], now: datetime | None = None) -> dict[int, Book]:
    """The book of every campaign that has deliveries, by its key. One query."""
    now = now or timezone.now()
    fresh = Q(sent_at__gt=now - WINDOW)
    rows = Delivery.objects.filter(campaign__in=list(campaigns)).order_by().values("campaign", "state")
    numbers = rows.annotate(
        number=Count("pk"),
        recent=Count("pk", filter=fresh),
        recent_from=Min("sent_at", filter=fresh),
        sent_from=Min("sent_at"),
        next_try=Min("next_try_at"),
    )
    books: dict[int, Book] = {}
    for row in numbers:
        _enter(books.setdefault(row["campaign"], Book(read_at=now)), row)
    return books


def _enter(book: Book, row: Mapping[str, Any]) -> None:
    book.states[row["state"]] = row["number"]
    if row["state"] == State.SENT:
        book.recent, book.recent_from, book.sent_from = row["recent"], row["recent_from"], row["sent_from"]
    if row["state"] == State.DEFERRED:
        book.next_try = row["next_try"]

"""Subscribers as a table that the import reads again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from typing import IO

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from tasks.newsletter.importing.cells import escaped
from tasks.newsletter.importing.formats import There
from tasks.newsletter.models import ConsentKind, ConsentRecord, Subscriber, Suppression, SuppressionReason

COLUMNS = (
    *("email", "language", "standing", "topics", "follows", "frequency", "paused_until"),
    *("asked_at", "confirmed_at", "unsubscribed_at", "source"),
)
BEGINNINGS = (ConsentKind.ASKED, ConsentKind.IMPORTED)


def export(file: IO[str], standing: str = "") -> int:
    """Write everybody, or those of one ``standing``; returns how many there were.

    Whose address is blocked is marked so, whatever their standing: no other system may write to it.
    """
    number = -1  # the header is nobody
    for text in lines(standing):
        file.write(text)
        number += 1
    return number


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return ``text``, and ``writerow`` returns it in turn."""
        return text


def lines(standing: str = "") -> Iterator[str]:
    """The same table line by line, for an answer that is never whole in memory."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for person in _people(standing):
        yield writer.writerow([escaped(cell) for cell in _cells(person)])


def _people(standing: str) -> Iterator[Subscriber]:
    blocks = Suppression.objects.filter(address_hash=OuterRef("email_hash"))
    consent = ConsentRecord.objects.filter(kind__in=BEGINNINGS).order_by("position")
    people: QuerySet[Subscriber] = Subscriber.objects.annotate(blocked=Subquery(blocks.values("reason")[:1]))
    if standing:
        people = people.filter(~Exists(blocks), standing=standing)
    return people.prefetch_related(
        "interests", "followings", Prefetch("consent_records", queryset=consent, to_attr="beginnings")
    ).iterator(chunk_size=1000)


def _cells(person: Subscriber) -> Iterator[str]:
    yield from (person.email, person.language, _standing(person))
    yield ";".join(sorted(interest.topic for interest in person.interests.all()))
    yield ";".join(sorted(following.subject for following in person.followings.all()))
    yield person.frequency
    for moment in (person.paused_until, person.created_at, person.confirmed_at, person.unsubscribed_at):
        yield _written(moment)
    yield _source(getattr(person, "beginnings", []))


def _standing(person: Subscriber) -> str:
    reason = getattr(person, "blocked", None)
    if reason is None:
        return person.standing
    return str(There.BOUNCED if reason == SuppressionReason.BOUNCE else There.BLOCKED)


def _written(moment: date | None) -> str:
    return moment.isoformat() if moment else ""


def _source(records: list[ConsentRecord]) -> str:
    """Where the consent comes from: what another system said of it goes before the import itself."""
    if not records:
        return ""
    last = records[-1]
    return str(last.details.get("told", {}).get("source") or last.source)

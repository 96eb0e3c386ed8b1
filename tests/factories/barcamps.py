"""Barcamp reports, as full as a test needs."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from wagtail.models import Page

from barcamp_pages.models import BarcampReportPage

numbers = count(1)

TABLE: dict[str, Any] = {
    "topic": "Sichtbarkeit",
    "question": "Wer sieht uns?",
    "notes": '<p>Siehe <a href="/de/">hier</a>.</p>',
    "results": ["Ein Stand auf dem Markt"],
    "open_questions": ["Wer baut ihn auf?"],
}
STREAMS: dict[str, Any] = {
    "body": [("text", '<p>So war es, mehr <a href="/de/mehr/">dazu</a>.</p>')],
    "rounds": [
        ("plenary", {"title": "Einführung", "notes": "<p>Alle stellten sich vor.</p>"}),
        ("round", {"title": "Runde 1", "tables": [TABLE, {"topic": "Mitglieder"}]}),
        ("round", {"title": "Runde 2", "topics_not_recorded": True}),
    ],
    "ideas": [
        ("idea", {"text": "Reinschnuppern", "kind": "event", "status": "planned", "owner": "Der Verein"})
    ],
    "guests": [("guest", {"organisation": "VDFG", "person": "Julia Müller"})],
    "thanks": [("thanks", {"to": "Stadtbibliothek", "what_for": "für die Räume"})],
}
FACTS: dict[str, Any] = {
    "lead": "Ein Tag voller Gespräche.",
    "starts_at": datetime(2025, 11, 25, tzinfo=ZoneInfo("Europe/Berlin")),
    "date_precision": "day",
    "venue_name": "Stadtbibliothek Hannover",
    "host": "Antenne Métropole",
    "moderator_name": "Tom Becker",
    "moderator_function": "Leiter der Stadtbibliothek",
    "participants_count": 30,
    "participants_qualifier": "about",
    "partnerships_count": 20,
    "partnerships_qualifier": "more_than",
    "smallest_place_population": 1000,
    "smallest_place_qualifier": "about",
    "largest_place": "Hannover",
    "hashtags": "#BarCamp Städtepartnerschaft",
    "next_event_title": "Kongress",
    "next_event_text": "10. und 11. April in Hannover",
}


def draft(parent: Page, model: type[Any] = BarcampReportPage, **fields: Any) -> Any:
    """A page of any type that is not live, with one revision."""
    number = next(numbers)
    given = {"title": f"BarCamp {number}", "slug": f"seite-{number}", "locale": parent.locale, "live": False}
    # Treebeard counts children in memory: a parent that another test object changed is stale.
    page = Page.objects.get(pk=parent.pk).add_child(instance=model(**{**given, **fields}))
    page.save_revision()
    return page


def report(parent: Page, **fields: Any) -> BarcampReportPage:
    """A full report as a draft below ``parent``; ``fields`` replace or add."""
    page = draft(parent, **{**FACTS, **STREAMS, **fields})
    return BarcampReportPage.objects.get(pk=page.pk)


def publish(page: Any, **fields: Any) -> Any:
    """The page live, by way of a new revision of its latest state with ``fields`` changed."""
    latest = page.get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(latest, name, value)
    latest.save_revision().publish()
    return type(page).objects.get(pk=page.pk)

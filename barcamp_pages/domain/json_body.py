"""A report as JSON values for the delivery API (types: ``barcamp_pages.schemas.BarcampBody``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from barcamp_pages.domain.counts import Count
from barcamp_pages.domain.facts import held_on
from barcamp_pages.domain.links import funder_line, next_event_url
from cms.listing import blocks_json
from cms.pictures import rendition
from cms.text import absolute_html

if TYPE_CHECKING:
    from barcamp_pages.models import BarcampReportPage


def json_body(page: BarcampReportPage) -> dict[str, Any]:
    """Everything the report holds; texts of counts and dates in the active language."""
    base_url = page.full_url or ""
    return {
        "when_where": _when_where(page),
        "host": page.host,
        "moderator": _moderator(page),
        "participants": count(page.participants),
        "partnerships": count(page.partnerships),
        "smallest_place": count(page.smallest_place),
        "largest_place": page.largest_place,
        "body": blocks_json(page.body, page),
        "rounds": [_part(block, base_url) for block in page.rounds],
        "ideas": [_strings(block.value) for block in page.ideas],
        "guests": [_strings(block.value) for block in page.guests],
        "thanks": [_strings(block.value) for block in page.thanks],
        "gallery": [_picture(block.value, base_url) for block in page.gallery],
        "next_event": _next_event(page),
        "funder": _funder(page),
        "hashtags": list(page.hashtag_words),
    }


def summary(page: BarcampReportPage) -> dict[str, Any]:
    """What a list tells of the report beside title and address."""
    return {
        "starts_at": page.local_start,
        "date_precision": page.date_precision,
        "venue_name": page.venue_name,
        "participants": count(page.participants),
        "partnerships": count(page.partnerships),
    }


def count(value: Count) -> dict[str, Any] | None:
    """A count with its number, its key and its words; None where it is not known."""
    if not value.is_known:
        return None
    return {"number": value.number, "qualifier": value.qualifier, "text": value.phrase()}


def _when_where(page: BarcampReportPage) -> dict[str, Any]:
    return {
        "starts_at": page.local_start.isoformat() if page.local_start else None,
        "ends_at": page.local_end.isoformat() if page.local_end else None,
        "date_precision": page.date_precision,
        "time_zone": page.time_zone,
        "date_text": held_on(page),
        "venue_name": page.venue_name,
        "venue_address": page.venue_address,
    }


def _moderator(page: BarcampReportPage) -> dict[str, str] | None:
    if not page.moderator_name:
        return None
    return {"name": page.moderator_name, "function": page.moderator_function}


def _part(block: Any, base_url: str) -> dict[str, Any]:
    value = block.value
    if block.block_type == "plenary":
        return {"kind": "plenary", "title": value["title"], "notes_html": _html(value["notes"], base_url)}
    return {
        "kind": "round",
        "title": value["title"],
        "note": value.get("note") or "",
        "topics_recorded": not value["topics_not_recorded"],
        "tables": [_table(table, base_url) for table in value["tables"]],
    }


def _table(value: Any, base_url: str) -> dict[str, Any]:
    return {
        "topic": value["topic"],
        "question": value.get("question") or "",
        "notes_html": _html(value["notes"], base_url),
        "results": list(value["results"]),
        "open_questions": list(value["open_questions"]),
    }


def _strings(value: Any) -> dict[str, str]:
    """A struct of texts; what was never filled in is empty."""
    return {name: text or "" for name, text in value.items()}


def _html(value: Any, base_url: str) -> str:
    return absolute_html(value.source, base_url) if value else ""


def _picture(value: Any, base_url: str) -> dict[str, Any]:
    return {
        **rendition(value["image"], base_url),
        "caption": value.get("caption") or "",
        "credit": value["credit"],
    }


def _next_event(page: BarcampReportPage) -> dict[str, str] | None:
    if not page.next_event_title:
        return None
    return {"title": page.next_event_title, "text": page.next_event_text, "url": next_event_url(page)}


def _funder(page: BarcampReportPage) -> dict[str, str] | None:
    funder = funder_line(page)
    return {"text": funder.text, "url": funder.url} if funder else None

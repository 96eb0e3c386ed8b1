"""Record keys and the places of links and hashtags."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tasks.social.bluesky.facets import facets
from tasks.social.bluesky.forms import BlueskyForm
from tasks.social.bluesky.record import card, record
from tasks.social.bluesky.tid import tid
from tests.factories.social import rendered, ticket

NOW = datetime(2026, 11, 25, 6, 30, 15, 123456, tzinfo=UTC)


def found(text: str) -> dict[str, str]:
    """What each facet covers, and where it leads."""
    raw = text.encode()
    parts = {}
    for facet in facets(text):
        (feature,) = facet["features"]
        covered = raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        parts[covered] = feature.get("uri") or feature["tag"]
    return parts


def test_a_key_is_the_same_in_every_attempt_and_differs_between_posts() -> None:
    assert tid(NOW, "antenne-1") == tid(NOW, "antenne-1")
    assert tid(NOW, "antenne-1") != tid(NOW, "antenne-2")
    assert re.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", tid(NOW, "x"))


def test_keys_sort_by_time() -> None:
    keys = [tid(NOW + timedelta(microseconds=number), f"k{number}") for number in range(50)]
    assert keys == sorted(keys)


def test_the_smallest_key_is_the_one_of_the_specification() -> None:
    assert tid(datetime(1970, 1, 1, tzinfo=UTC), "")[:11] == "2" * 11


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Siehe https://a.example/x.", {"https://a.example/x": "https://a.example/x"}),
        ("🇫🇷🇩🇪 é e\u0301 https://a.example/ü", {"https://a.example/ü": "https://a.example/ü"}),
        ("(https://a.example/x)", {"https://a.example/x": "https://a.example/x"}),
        ("#Jumelage #Städte #2026 #a1", {"#Jumelage": "Jumelage", "#Städte": "Städte", "#a1": "a1"}),
        ("https://a.example/#teil", {"https://a.example/#teil": "https://a.example/#teil"}),
        ("https://a.example/?#teil", {"https://a.example/?#teil": "https://a.example/?#teil"}),
        ("C#dur a#b", {}),
        ("« https://a.example/x », #fin.", {"https://a.example/x": "https://a.example/x", "#fin": "fin"}),
        ("ohne", {}),
    ],
)
def test_facets_cover_exactly_links_and_hashtags(text: str, expected: dict[str, str]) -> None:
    assert found(text) == expected


def test_a_record_is_dated_in_utc_wherever_the_server_stands() -> None:
    """With three digits, as the lexicon's datetime has it."""
    there = NOW.astimezone(timezone(timedelta(hours=5)))
    assert record(rendered(), ticket(at=there), {})["createdAt"] == "2026-11-25T06:30:15.123Z"


def test_a_record_leaves_out_what_there_is_not() -> None:
    made = record(rendered("ohne"), ticket(), {})
    assert set(made) == {"$type", "text", "createdAt", "langs"}


def test_a_cards_texts_are_no_longer_than_clients_show() -> None:
    external = card(rendered(title="t" * 2000, description="d" * 2000), None)["external"]
    assert (len(external["title"]), len(external["description"])) == (300, 1000)
    assert "thumb" not in external


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("@jumelage.test", "jumelage.test"),
        ("jumelage.test", "jumelage.test"),
        ("@", None),
        ("a b.test", None),
    ],
)
def test_a_handle_may_be_typed_with_its_sign(typed: str, kept: Any) -> None:
    form = BlueskyForm({"handle": typed, "app_password": "x", "server": "https://bsky.social"})
    assert form.is_valid() is (kept is not None)
    assert form.cleaned_data.get("handle") == kept

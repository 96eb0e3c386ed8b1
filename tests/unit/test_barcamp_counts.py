"""Counts say how sure they are, in the reader's language."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from barcamp_pages.domain.counts import Count
from barcamp_pages.domain.facts import inhabitants
from barcamp_pages.domain.hashtags import words


@pytest.mark.parametrize(
    ("language", "qualifier", "expected"),
    [
        ("de", "about", "rund 30"),
        ("de", "more_than", "über 30"),
        ("de", "exactly", "genau 30"),
        ("fr", "about", "environ 30"),
        ("fr", "more_than", "plus de 30"),
        ("fr", "exactly", "exactement 30"),
        ("en", "about", "about 30"),
        ("en", "more_than", "more than 30"),
        ("en", "exactly", "exactly 30"),
        ("de", "", "30"),
    ],
)
def test_phrase_carries_qualifier_in_language(language: str, qualifier: str, expected: str) -> None:
    with override(language):
        assert Count(30, qualifier).phrase() == expected


@pytest.mark.parametrize(("language", "expected"), [("de", "1.000"), ("fr", "1\xa0000"), ("en", "1,000")])
def test_phrase_groups_thousands_as_the_language_does(language: str, expected: str) -> None:
    with override(language):
        assert Count(1000).phrase() == expected


def test_phrase_of_unknown_count_is_empty_and_nought_is_known() -> None:
    with override("en"):
        assert (Count(None, "about").phrase(), inhabitants(Count(None))) == ("", "")
        assert Count(0, "exactly").phrase() == "exactly 0"


def test_hashtag_words_lose_signs_and_repetition() -> None:
    assert words("#BarCamp, Städte-Partnerschaft  BarCamp #") == ("BarCamp", "StädtePartnerschaft")

"""The numbers before publishing are those that publishing gives."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from cms.models.base import AnnounceChoice
from tasks.announcements.models import Announcement, Reason
from tasks.announcements.route import route_due
from tasks.newsletter.audience import EXCLUSIONS
from tasks.newsletter.forecast import forecasts
from tasks.newsletter.models import Delivery, Frequency, Subscriber
from tests.factories.pages import SiteTree, make_private
from tests.factories.publishing import draft, publish, translation
from tests.factories.subscribers import subscriber


@pytest.fixture
def readers(site_tree: SiteTree) -> SiteTree:
    """Three Germans (one with a digest), two French, one English."""
    for language in ("de", "de", "de", "fr", "fr", "en"):
        subscriber(language)
    person = Subscriber.objects.filter(language="de").first()
    Subscriber.objects.filter(pk=person.pk).update(frequency=Frequency.WEEKLY)
    return site_tree


def numbers(page: Page) -> dict[str, int]:
    latest = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
    return {row.language: row.recipients for row in forecasts(latest)}


def sent_by_publishing(page: Page, **fields: Any) -> dict[str, int]:
    before = set(Delivery.objects.values_list("pk", flat=True))
    publish(page, **fields)
    route_due()
    new = Delivery.objects.exclude(pk__in=before).values_list("campaign__language", flat=True)
    return {language: list(new).count(language) for language in ("de", "fr", "en")}


def test_without_a_translation_everybody_gets_the_original(readers: SiteTree) -> None:
    page = draft(readers.news["de"])
    foreseen = numbers(page)
    assert foreseen == sent_by_publishing(page) == {"de": 2, "fr": 2, "en": 1}


def test_readers_of_a_draft_translation_wait(readers: SiteTree) -> None:
    page = draft(readers.news["de"])
    translation(page, "fr")
    french = next(row for row in forecasts(page) if row.language == "fr")
    assert (french.recipients, french.reasons) == (0, [(EXCLUSIONS["waiting"], 2)])
    foreseen = numbers(page)
    assert foreseen == sent_by_publishing(page) == {"de": 2, "fr": 0, "en": 1}


def test_second_language_goes_to_its_own_readers_only(readers: SiteTree) -> None:
    page = draft(readers.news["de"])
    french = translation(page, "fr")
    sent_by_publishing(page)
    foreseen = numbers(french)
    assert foreseen == sent_by_publishing(french) == {"de": 0, "fr": 2, "en": 0}


def test_second_edition_goes_to_everybody_again(readers: SiteTree) -> None:
    page = draft(readers.news["de"])
    sent_by_publishing(page)
    foreseen = numbers(page)
    assert foreseen == sent_by_publishing(page, announce=AnnounceChoice.AGAIN) == {"de": 2, "fr": 2, "en": 1}


def reasons(page: Page) -> dict[str, dict[str, int]]:
    """Who would not get it, by language and reason."""
    return {
        row.language: {str(key): number for key, number in row.excluded.items() if number}
        for row in forecasts(page)
    }


def test_live_translation_that_nobody_changes_is_waited_for_before_its_readers_get_it(
    readers: SiteTree,
) -> None:
    page = draft(readers.news["de"])
    french = translation(page, "fr")
    sent_by_publishing(page)
    sent_by_publishing(french)
    foreseen = numbers(page)
    assert reasons(page)["fr"] == {"waiting": 2}
    assert foreseen == sent_by_publishing(page, announce=AnnounceChoice.AGAIN) == {"de": 2, "fr": 0, "en": 1}


def test_page_that_is_not_to_be_announced_reaches_nobody(readers: SiteTree) -> None:
    page = draft(readers.news["de"], announce=AnnounceChoice.NEVER)
    foreseen = numbers(page)
    assert reasons(page) == {
        "de": {Reason.EDITOR: 2, "digest": 1},
        "fr": {Reason.EDITOR: 2},
        "en": {Reason.EDITOR: 1},
    }
    assert foreseen == sent_by_publishing(page) == {"de": 0, "fr": 0, "en": 0}


def test_translation_that_is_not_to_be_announced_silences_its_language_alone(readers: SiteTree) -> None:
    page = draft(readers.news["de"])
    french = translation(page, "fr")
    type(french).objects.filter(pk=french.pk).update(announce=AnnounceChoice.NEVER)
    foreseen = numbers(page)
    assert reasons(page)["fr"] == {Reason.EDITOR: 2}
    assert foreseen == sent_by_publishing(page) == {"de": 2, "fr": 0, "en": 1}


def test_private_page_reaches_nobody_and_other_reasons_stay(readers: SiteTree) -> None:
    page = draft(readers.news["de"])
    make_private(page)
    foreseen = numbers(page)
    assert reasons(page) == {
        "de": {Reason.PRIVATE: 2, "digest": 1},
        "fr": {Reason.PRIVATE: 2},
        "en": {Reason.PRIVATE: 1},
    }
    assert foreseen == sent_by_publishing(page) == {"de": 0, "fr": 0, "en": 0}


def test_readers_of_a_silenced_translation_that_was_deleted_get_nothing(readers: SiteTree) -> None:
    page = draft(readers.news["de"])
    french = translation(page, "fr")
    publish(french, announce=AnnounceChoice.NEVER)
    Page.objects.get(pk=french.pk).delete()
    foreseen = numbers(page)
    assert reasons(page)["fr"] == {Reason.EDITOR: 2}
    assert foreseen == sent_by_publishing(page) == {"de": 2, "fr": 0, "en": 1}


@pytest.mark.parametrize("private", [False, True])
def test_every_reader_is_counted_once(readers: SiteTree, private: bool) -> None:
    page = draft(readers.news["de"])
    if private:
        make_private(page)
    for row in forecasts(page):
        total = Subscriber.objects.filter(language=row.language).count()
        assert row.recipients + sum(row.excluded.values()) == total


def test_foreseeing_changes_nothing(readers: SiteTree) -> None:
    page = draft(readers.news["de"])
    forecasts(page)
    assert not Announcement.objects.exists()
    assert not Page.objects.get(pk=page.pk).live
    assert page.announce == AnnounceChoice.FIRST


def test_costs_the_same_for_few_and_many_readers(readers: SiteTree) -> None:
    from django.db import connection

    page = draft(readers.news["de"])
    forecasts(page)
    with CaptureQueriesContext(connection) as few:
        forecasts(page)
    for _ in range(45):
        subscriber("de")
    with CaptureQueriesContext(connection) as many:
        forecasts(page)
    assert len(few) == len(many)

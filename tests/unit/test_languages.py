"""Who gets which language, and how languages wait for each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks import outbox
from tasks.announcements.actions import send_without_waiting
from tasks.announcements.models import Announcement
from tasks.newsletter.models import Campaign, Delivery
from tasks.newsletter.subscribe import confirm, request_subscription
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.subscribers import subscriber

LANGUAGES = ("de", "fr", "en")


@pytest.fixture
def readers(db: None) -> dict[str, str]:
    """One confirmed reader of congresses per language: language → address."""
    return {language: subscriber(language).email for language in LANGUAGES}


def campaigns() -> dict[str, tuple[str, str | None]]:
    """language of readers → (state, language they get) of the newest edition."""
    newest = Announcement.objects.order_by("-edition").first()
    found = Campaign.objects.filter(announcement=newest).select_related("version")
    return {c.language: (c.state, c.version.language if c.version else None) for c in found}


def test_without_any_translation_everybody_gets_the_original(site_tree: SiteTree, readers) -> None:
    publish(draft(site_tree.news["de"]))
    outbox.route()
    assert campaigns() == dict.fromkeys(LANGUAGES, ("sending", "de"))
    framed = {c.language: c.framed for c in Campaign.objects.all()}
    assert framed == {"de": False, "fr": True, "en": True}
    assert Announcement.objects.get().settled_at is not None


def test_a_translation_that_is_a_draft_is_waited_for(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    outbox.route()
    assert campaigns() == {"de": ("sending", "de"), "fr": ("waiting", None), "en": ("sending", "de")}
    assert Announcement.objects.get().settled_at is None
    publish(french)
    outbox.route()
    assert campaigns()["fr"] == ("sending", "fr")
    assert Announcement.objects.get().settled_at is not None


def test_after_the_wait_the_original_goes_out(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    Announcement.objects.update(wait_until=timezone.now() - timedelta(seconds=1))
    outbox.route()
    assert campaigns()["fr"] == ("sending", "de")
    publish(french)
    outbox.route()
    assert Delivery.objects.filter(address=readers["fr"]).count() == 1


def test_the_editor_can_send_at_once(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    translation(page, "fr")
    publish(page)
    outbox.route()
    send_without_waiting(Announcement.objects.get())
    outbox.route()
    assert campaigns()["fr"] == ("sending", "de")


def test_languages_wait_for_each_other_the_other_way_round(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    publish(translation(page, "fr"))
    outbox.route()
    assert campaigns() == {"de": ("waiting", None), "fr": ("sending", "fr"), "en": ("sending", "fr")}
    publish(page)
    outbox.route()
    assert campaigns()["de"] == ("sending", "de")


def test_a_mirrored_alias_is_no_translation(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    page.copy_for_translation(site_tree.homes["fr"].locale, alias=True)
    publish(page)
    outbox.route()
    assert campaigns()["fr"] == ("sending", "de")


def test_who_changes_language_in_between_gets_it_once(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    outbox.route()
    confirm(request_subscription(readers["de"], "fr", ["congress"], "ja", "/"))
    publish(french)
    outbox.route()
    assert Delivery.objects.filter(address=readers["de"]).count() == 1
    assert Campaign.objects.get(language="fr").excluded == {"has_it": 1}


def test_announcing_again_takes_the_live_translation_along(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    publish(translation(page, "fr"))
    page = publish(page)
    outbox.route()
    publish(page, announce="again")
    outbox.route()
    assert campaigns() == {"de": ("sending", "de"), "fr": ("sending", "fr"), "en": ("sending", "de")}


def test_announcing_again_waits_for_a_translation_that_is_being_changed(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = publish(translation(page, "fr"))
    page = publish(page)
    outbox.route()
    french.title = "En cours"
    french.save_revision()
    publish(page, announce="again")
    outbox.route()
    assert campaigns()["fr"] == ("waiting", None)
    publish(french, announce="again")
    outbox.route()
    assert campaigns()["fr"] == ("sending", "fr")
    assert Announcement.objects.count() == 2


def test_a_silent_version_silences_its_own_readers_only(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    publish(french, announce="never")
    outbox.route()
    assert campaigns() == {"de": ("sending", "de"), "fr": ("suppressed", None), "en": ("sending", "de")}


def test_a_page_that_nobody_is_to_hear_of_reaches_nobody(site_tree: SiteTree, readers) -> None:
    publish(draft(site_tree.news["de"], announce="never"))
    outbox.route()
    assert campaigns() == {}
    assert Announcement.objects.get().settled_at is not None
    assert not Delivery.objects.exists()


def test_nothing_goes_out_within_the_undo_window(site_tree: SiteTree, readers, settings) -> None:
    settings.ANTENNE_UNDO_SECONDS = 120
    page = publish(draft(site_tree.news["de"]))
    outbox.route()
    assert not Campaign.objects.exists()
    page.unpublish()
    Announcement.objects.update(release_at=timezone.now())
    outbox.drain(5)
    assert set(Delivery.objects.values_list("state", flat=True)) <= {"suppressed"}


def test_content_is_that_of_the_published_revision(site_tree: SiteTree, readers) -> None:
    page = publish(draft(site_tree.news["de"], title="Veröffentlicht"))
    page.title = "Entwurf danach"
    page.save_revision()
    outbox.route()
    version = Announcement.objects.get().versions.get()
    assert version.content.title == "Veröffentlicht"

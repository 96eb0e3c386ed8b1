"""Who gets which language, and how languages wait for each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks import outbox
from tasks.announcements.actions import send_without_waiting
from tasks.announcements.models import Announcement
from tasks.announcements.route import route_due
from tasks.newsletter.models import Campaign, Delivery
from tasks.newsletter.subscribe import confirm, request_subscription
from tests.factories.pages import SiteTree, make_private
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
    route_due()
    assert campaigns() == dict.fromkeys(LANGUAGES, ("sending", "de"))
    framed = {c.language: c.framed for c in Campaign.objects.all()}
    assert framed == {"de": False, "fr": True, "en": True}
    assert Announcement.objects.get().settled_at is not None


def test_a_translation_that_is_a_draft_is_waited_for(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    route_due()
    assert campaigns() == {"de": ("sending", "de"), "fr": ("waiting", None), "en": ("sending", "de")}
    assert Announcement.objects.get().settled_at is None
    publish(french)
    route_due()
    assert campaigns()["fr"] == ("sending", "fr")
    assert Announcement.objects.get().settled_at is not None


def test_after_the_wait_the_original_goes_out(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    Announcement.objects.update(wait_until=timezone.now() - timedelta(seconds=1))
    route_due()
    assert campaigns()["fr"] == ("sending", "de")
    publish(french)
    route_due()
    assert Delivery.objects.filter(address=readers["fr"]).count() == 1


def test_the_editor_can_send_at_once(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    translation(page, "fr")
    publish(page)
    route_due()
    send_without_waiting(Announcement.objects.get())
    route_due()
    assert campaigns()["fr"] == ("sending", "de")


def test_languages_wait_for_each_other_the_other_way_round(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    publish(translation(page, "fr"))
    route_due()
    assert campaigns() == {"de": ("waiting", None), "fr": ("sending", "fr"), "en": ("sending", "fr")}
    publish(page)
    route_due()
    assert campaigns()["de"] == ("sending", "de")


def test_a_mirrored_alias_is_no_translation(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    page.copy_for_translation(site_tree.homes["fr"].locale, alias=True)
    publish(page)
    route_due()
    assert campaigns()["fr"] == ("sending", "de")


def test_who_changes_language_in_between_gets_it_once(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    route_due()
    confirm(request_subscription(readers["de"], "fr", ["congress"], "ja", "/"))
    publish(french)
    route_due()
    assert Delivery.objects.filter(address=readers["de"]).count() == 1
    assert Campaign.objects.get(language="fr").excluded == {"has_it": 1}


def test_announcing_again_takes_the_live_translation_along(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    publish(translation(page, "fr"))
    page = publish(page)
    route_due()
    publish(page, announce="again")
    route_due()
    assert campaigns()["fr"] == ("waiting", None), "the editor may be about to announce it again, too"
    Announcement.objects.update(created_at=timezone.now() - timedelta(hours=1))
    route_due()
    assert campaigns() == {"de": ("sending", "de"), "fr": ("sending", "fr"), "en": ("sending", "de")}


def test_announcing_both_languages_again_writes_to_nobody_twice(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = publish(translation(page, "fr"))
    page = publish(page)
    route_due()
    publish(page, title="Neuer Ort", announce="again")
    route_due()
    publish(french, title="Nouveau lieu", announce="again")
    route_due()
    assert Announcement.objects.count() == 2
    second = Announcement.objects.get(edition=2)
    assert {row.address: row.campaign.version.title for row in second.deliveries.all()} == {
        readers["de"]: "Neuer Ort",
        readers["fr"]: "Nouveau lieu",
        readers["en"]: "Neuer Ort",
    }


def test_translation_that_is_not_to_be_announced_stays_silent_in_a_further_edition(
    site_tree: SiteTree, readers
) -> None:
    page = draft(site_tree.news["de"])
    publish(translation(page, "fr"), announce="never")
    page = publish(page)
    publish(page, announce="again")
    route_due()
    assert campaigns()["fr"] == ("suppressed", None)


def test_readers_without_a_version_get_the_one_that_may_be_shown(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page).unpublish()
    publish(french)
    route_due()
    assert campaigns()["en"] == ("sending", "fr")
    assert campaigns()["fr"] == ("sending", "fr")


def test_readers_of_a_private_translation_get_the_public_original(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    make_private(publish(french))
    route_due()
    assert campaigns()["fr"] == ("sending", "de")


def test_each_language_has_an_undo_window_of_its_own(site_tree: SiteTree, readers, settings) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    settings.ANTENNE_UNDO_SECONDS = 120
    publish(french)
    Announcement.objects.get().versions.filter(language="de").update(
        live_at=timezone.now() - timedelta(minutes=3)
    )
    route_due()
    assert campaigns()["de"] == ("sending", "de")
    assert campaigns()["fr"] == ("waiting", None)
    Announcement.objects.get().versions.update(live_at=timezone.now() - timedelta(minutes=3))
    route_due()
    assert campaigns()["fr"] == ("sending", "fr")


def test_text_that_was_corrected_before_anything_went_out_is_what_goes_out(
    site_tree: SiteTree, readers
) -> None:
    page = publish(draft(site_tree.news["de"], title="Mit Fehler"))
    page.unpublish()
    publish(page, title="Berichtigt")
    route_due()
    assert Announcement.objects.get().versions.get().content.title == "Berichtigt"


def test_announcing_again_waits_for_a_translation_that_is_being_changed(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = publish(translation(page, "fr"))
    page = publish(page)
    route_due()
    french.title = "En cours"
    french.save_revision()
    publish(page, announce="again")
    route_due()
    assert campaigns()["fr"] == ("waiting", None)
    publish(french, announce="again")
    route_due()
    assert campaigns()["fr"] == ("sending", "fr")
    assert Announcement.objects.count() == 2


def test_a_silent_version_silences_its_own_readers_only(site_tree: SiteTree, readers) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    publish(french, announce="never")
    route_due()
    assert campaigns() == {"de": ("sending", "de"), "fr": ("suppressed", None), "en": ("sending", "de")}


def test_a_page_that_nobody_is_to_hear_of_reaches_nobody(site_tree: SiteTree, readers) -> None:
    publish(draft(site_tree.news["de"], announce="never"))
    route_due()
    assert campaigns() == {}
    assert Announcement.objects.get().settled_at is not None
    assert not Delivery.objects.exists()


def test_nothing_goes_out_within_the_undo_window(site_tree: SiteTree, readers, settings) -> None:
    settings.ANTENNE_UNDO_SECONDS = 120
    page = publish(draft(site_tree.news["de"]))
    route_due()
    assert not Campaign.objects.exists()
    page.unpublish()
    Announcement.objects.update(release_at=timezone.now())
    outbox.drain(5)
    assert set(Delivery.objects.values_list("state", flat=True)) <= {"suppressed"}


def test_content_is_that_of_the_published_revision(site_tree: SiteTree, readers) -> None:
    page = publish(draft(site_tree.news["de"], title="Veröffentlicht"))
    page.title = "Entwurf danach"
    page.save_revision()
    route_due()
    version = Announcement.objects.get().versions.get()
    assert version.content.title == "Veröffentlicht"

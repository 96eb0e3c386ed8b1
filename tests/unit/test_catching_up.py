"""Nobody is lost, and nobody told twice, who changes from a digest to “at once”."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks.announcements.conservation import balances
from tasks.announcements.models import Announcement
from tasks.announcements.route import route_due
from tasks.newsletter.control import cancel
from tasks.newsletter.models import Campaign, CampaignState, Delivery, Frequency, Subscriber
from tasks.newsletter.preferences import Choices, change, choices_of
from tasks.newsletter.subscribe import confirm, request_subscription
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.unit.test_digests import announce, next_week, open_due, reader


def at_once(person: Subscriber, **more: object) -> None:
    person.refresh_from_db()
    wanted = choices_of(person).__dict__ | {"frequency": Frequency.AT_ONCE} | more
    assert change(person, Choices(**wanted), "/")  # type: ignore[arg-type]


def mails_to(person: Subscriber) -> list[int | None]:
    return [row.announcement_id for row in Delivery.objects.filter(subscriber=person).order_by("pk")]


def campaign(language: str = "de") -> Campaign:
    return Campaign.objects.get(announcement=Announcement.objects.latest("pk"), language=language)


def books_balance() -> bool:
    return all(balance.holds for balance in balances())


def test_what_the_next_digest_would_have_told_comes_afterwards(
    site_tree: SiteTree, django_capture_on_commit_callbacks, monkeypatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("tasks.announcements.doorbell.ring", lambda *names: rung.extend(names))
    person, other = reader(), reader()
    announcement = announce(site_tree)
    assert (campaign().excluded, campaign().state) == ({"digest": 2}, CampaignState.DONE)
    with django_capture_on_commit_callbacks(execute=True):
        at_once(person)
    assert mails_to(person) == [announcement.pk]
    assert mails_to(other) == []
    assert (campaign().excluded, campaign().state) == ({"digest": 1}, CampaignState.SENDING)
    assert campaign().finished_at is None
    assert rung == ["send_mails"]
    assert books_balance()
    open_due(next_week())
    assert mails_to(person) == [announcement.pk], "told once"


def test_confirming_anew_with_another_frequency_counts_as_a_change(site_tree: SiteTree) -> None:
    person = reader()
    announcement = announce(site_tree)
    confirm(request_subscription(person.email, "de", ["congress"], "ja", "/"))
    assert mails_to(person) == [announcement.pk]
    assert books_balance()


def test_nobody_is_told_again_what_the_last_digest_told(site_tree: SiteTree) -> None:
    person = reader()
    announce(site_tree)
    open_due(next_week())
    at_once(person)
    assert mails_to(person) == [None]
    assert books_balance()


@pytest.mark.parametrize("why", ["topic", "unpublished", "cancelled", "before", "paused"])
def test_only_what_is_wanted_and_may_be_shown_comes(site_tree: SiteTree, why: str) -> None:
    person = reader("de", Frequency.WEEKLY, "barcamp" if why == "topic" else "congress")
    page = publish(draft(site_tree.news["de"]))
    route_due()
    if why == "unpublished":
        page.unpublish()
    if why == "cancelled":
        Campaign.objects.update(state=CampaignState.SENDING)
        cancel(Campaign.objects.all())
    if why == "before":
        Subscriber.objects.update(digest_from=timezone.now())
    if why == "paused":
        Subscriber.objects.update(paused_until=timezone.localdate() + timedelta(days=9))
    at_once(person)
    assert mails_to(person) == []
    assert books_balance()


def test_a_new_language_at_the_same_time_neither_loses_nor_doubles(site_tree: SiteTree) -> None:
    person = reader("fr")
    page = publish(draft(site_tree.news["de"]))
    french = translation(page, "fr")
    route_due()
    assert campaign("fr").state == CampaignState.WAITING
    at_once(person, language="de")
    announcement = Announcement.objects.get()
    assert mails_to(person) == [announcement.pk]
    assert campaign("de").candidates == 1
    publish(french)
    route_due()
    at_once(person, language="fr")
    assert mails_to(person) == [announcement.pk]
    assert books_balance()


def test_who_gets_all_at_once_loses_nothing_by_a_new_language(site_tree: SiteTree) -> None:
    person = reader("fr", Frequency.AT_ONCE)
    page = publish(draft(site_tree.news["de"]))
    translation(page, "fr")
    route_due()
    assert mails_to(person) == []
    at_once(person, language="de")
    assert mails_to(person) == [Announcement.objects.get().pk]
    assert books_balance()

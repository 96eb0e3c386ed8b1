"""How far a campaign is, as editors see and hear it while it goes out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.users.models import UserProfile

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter import control
from tasks.newsletter.books import Book, books_of
from tasks.newsletter.models import Campaign, CampaignState, Delivery, TestMail
from tasks.newsletter.progress import going_out, progress_of, said
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VIEWS = ("announcements:state", "announcements:mail_state")


@pytest.fixture
def page(site_tree: SiteTree):
    """A published page with forty German mails that are due."""
    for _number in range(40):
        subscriber("de")
    made = publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    return made


@pytest.fixture
def campaign(page) -> Campaign:
    return Campaign.objects.get(language="de")


def set_state(campaign: Campaign, number: int, state: str, **columns) -> None:
    """Bring the first ``number`` pending mails to ``state``."""
    keys = campaign.deliveries.filter(state=State.PENDING).order_by("pk").values_list("pk", flat=True)
    Delivery.objects.filter(pk__in=list(keys[:number])).update(state=state, **columns)


def progress(campaign: Campaign, now: datetime | None = None):
    campaign.refresh_from_db()
    return progress_of(campaign, books_of([campaign], now)[campaign.pk])


def fragment(client: Client, page, view: str = VIEWS[0]) -> BeautifulSoup:
    return BeautifulSoup(client.get(reverse(view, args=[page.pk])).content, "html.parser")


def test_done_counts_what_has_come_to_an_end(campaign: Campaign) -> None:
    set_state(campaign, 5, State.SENT, sent_at=timezone.now())
    set_state(campaign, 1, State.FAILED)
    set_state(campaign, 2, State.UNKNOWN)
    set_state(campaign, 1, State.SUPPRESSED)
    set_state(campaign, 3, State.SENDING)
    now = progress(campaign)
    assert (now.done, now.total, now.percent, now.to_do) == (9, 40, 22, 31)


def test_hundred_per_cent_only_when_nothing_is_left() -> None:
    book = Book(states={State.SENT: 99_999, State.PENDING: 1})
    assert progress_of(Campaign(state=CampaignState.SENDING), book).percent == 99


@pytest.mark.parametrize(("language", "numbers"), [("en", "1,234 5,000 24"), ("de", "1.234 5.000 24")])
def test_numbers_are_written_as_the_language_does_it(language: str, numbers: str) -> None:
    book = Book(states={State.SENT: 1234, State.PENDING: 3766})
    with override(language):
        text = progress_of(Campaign(state=CampaignState.SENDING), book).text
    assert re.findall(r"[\d.,]+", text) == numbers.split()


def test_rate_and_time_left_come_from_the_last_minute(campaign: Campaign) -> None:
    set_state(campaign, 4, State.SENT, sent_at=NOON - timedelta(minutes=30))
    set_state(campaign, 12, State.SENT, sent_at=NOON)
    now = progress(campaign, NOON + timedelta(seconds=30))
    assert (now.per_minute, now.to_do) == (24, 24)
    with override("en"):
        assert (now.pace, now.left) == ("24 mails per minute", "about 1 minute left")
    later = progress(campaign, NOON + timedelta(seconds=70))
    assert (later.per_minute, later.left) == (0, "")


def test_no_rate_is_claimed_from_a_few_mails(campaign: Campaign) -> None:
    set_state(campaign, 3, State.SENT, sent_at=timezone.now())
    assert progress(campaign).per_minute is None


@pytest.mark.parametrize(
    ("to_do", "words"),
    [
        (50, "less than a minute left"),
        (260, "about 3 minutes left"),
        (8900, "about 89 minutes left"),
        (9000, "about 2 hours left"),
        (90_000, "about 15 hours left"),
    ],
)
def test_time_left_is_said_in_words(campaign: Campaign, to_do: int, words: str) -> None:
    states = {State.SENT: 100, State.PENDING: to_do}
    book = Book(states, NOON, recent=100, recent_from=NOON - timedelta(minutes=1))
    with override("en"):
        assert progress_of(campaign, book).left == words


def test_mails_that_wait_for_a_second_attempt_are_told_apart(campaign: Campaign) -> None:
    set_state(campaign, 1, State.DEFERRED, next_try_at=NOON + timedelta(minutes=5))
    set_state(campaign, 1, State.DEFERRED, next_try_at=NOON + timedelta(minutes=9))
    now = progress(campaign)
    assert (now.to_do, now.later) == (38, 2)
    with override("en"):
        assert now.waiting == "2 are tried again, the first at 13:05"


def test_paused_campaign_shows_how_far_it_is_and_no_rate(admin_client: Client, page, campaign) -> None:
    set_state(campaign, 20, State.SENT, sent_at=timezone.now())
    control.pause(Campaign.objects.filter(pk=campaign.pk))
    bar = fragment(admin_client, page).find("progress")
    assert (bar["value"], bar["max"]) == ("20", "40")
    assert progress(campaign).pace == ""


def test_cancelled_campaign_shows_how_many_were_written_to(campaign: Campaign) -> None:
    set_state(campaign, 10, State.SENT, sent_at=timezone.now())
    control.cancel(Campaign.objects.filter(pk=campaign.pk))
    assert (progress(campaign).done, progress(campaign).total) == (10, 40)


@pytest.mark.parametrize("view", VIEWS)
def test_bar_is_there_while_it_goes_out_and_not_afterwards(
    admin_client: Client, page, campaign, view: str
) -> None:
    bar = fragment(admin_client, page, view).find("progress")
    assert "Deutsch" in bar["aria-label"]
    Delivery.objects.update(state=State.SENT, sent_at=timezone.now())
    Campaign.objects.update(state=CampaignState.DONE)
    assert fragment(admin_client, page, view).find("progress") is None


@pytest.mark.parametrize("view", VIEWS)
def test_state_changes_with_the_numbers_and_not_with_the_clock(
    admin_client: Client, page, campaign, monkeypatch, view: str
) -> None:
    url = reverse(view, args=[page.pk])
    set_state(campaign, 15, State.SENT, sent_at=timezone.now() - timedelta(minutes=2))
    first = admin_client.get(url)
    later = SimpleNamespace(now=lambda: timezone.now() + timedelta(minutes=5), localtime=timezone.localtime)
    monkeypatch.setattr("tasks.newsletter.books.timezone", later)
    assert admin_client.get(url)["X-State"] == first["X-State"]
    assert first["X-Moving"] == "1"
    set_state(campaign, 1, State.SENT, sent_at=timezone.now())
    assert admin_client.get(url)["X-State"] != first["X-State"]


def test_screen_readers_hear_of_states_and_quarters_only(campaign: Campaign) -> None:
    heard = []
    with override("en"):
        for _mail in range(40):
            set_state(campaign, 1, State.SENT, sent_at=timezone.now())
            heard.append(said(campaign, progress(campaign)))
        assert list(dict.fromkeys(heard)) == [
            f"German: is being sent, {quarter}%" for quarter in (0, 25, 50, 75, 100)
        ]
        campaign.state = CampaignState.CANCELLED
        assert said(campaign, progress_of(campaign, Book({State.SENT: 1}))) == "German: cancelled"


@pytest.mark.parametrize("view", ["announcements:page", "announcements:mail"])
def test_what_is_said_stands_outside_of_what_is_replaced(admin_client: Client, page, view: str) -> None:
    html = BeautifulSoup(admin_client.get(reverse(view, args=[page.pk])).content, "html.parser")
    (status,) = html.select("[data-status]")
    assert status["role"] == "status"
    assert status.find_parent(attrs={"data-poll": True}) is None
    polled = html.find(attrs={"data-poll": True})
    assert "40" in polled.get_text()
    assert polled.select("[role=status], [aria-live]") == []
    assert polled.find(attrs={"data-say": True})["data-say"].count("0") == 1


def test_paused_view_still_moves_while_mails_that_were_begun_end(
    admin_client: Client, page, campaign
) -> None:
    set_state(campaign, 2, State.SENDING)
    control.pause(Campaign.objects.filter(pk=campaign.pk))
    url = reverse("announcements:state", args=[page.pk])
    assert admin_client.get(url)["X-Moving"] == "1"
    Delivery.objects.filter(state=State.SENDING).update(state=State.SENT)
    assert admin_client.get(url)["X-Moving"] == "0"


@pytest.mark.parametrize(
    ("state", "detail", "words", "moving"),
    [
        (State.PENDING, "", "Being sent to {address} …", "1"),
        (State.SENDING, "", "Being sent to {address} …", "1"),
        (State.DEFERRED, "450 later", "450 later", "1"),
        (State.SENT, "250 ok", "Sent to {address}.", "0"),
        (State.FAILED, "550 <who>", "Failed: 550 <who>", "0"),
        (State.UNKNOWN, "", "It may have reached {address}: the reply was lost.", "0"),
    ],
)
def test_state_of_the_test_mail_is_told_and_asked_again(
    admin_client: Client, admin_user, site_tree: SiteTree, state: str, detail: str, words: str, moving: str
) -> None:
    UserProfile.objects.create(user=admin_user, preferred_language="en")
    made = draft(site_tree.news["de"])
    admin_client.post(reverse("announcements:test", args=[made.pk]), {"language": "de"})
    TestMail.objects.update(state=state, detail=detail, next_try_at=timezone.now())
    reply = admin_client.get(reverse("announcements:mail_state", args=[made.pk]))
    item = BeautifulSoup(reply.content, "html.parser").select_one(".tests li")
    assert words.format(address=admin_user.email) in item.get_text()
    assert reply["X-Moving"] == moving


def test_nobody_sees_the_test_mails_of_others(
    admin_client: Client, site_tree: SiteTree, django_user_model
) -> None:
    made = draft(site_tree.news["de"])
    admin_client.post(reverse("announcements:test", args=[made.pk]), {"language": "de"})
    mine = admin_client.get(reverse(VIEWS[1], args=[made.pk])).content
    other = django_user_model.objects.create_superuser("andere", "andere@example.org", "x")
    admin_client.force_login(other)
    assert b"admin@example.com" in mine
    assert b"admin@example.com" not in admin_client.get(reverse(VIEWS[1], args=[made.pk])).content


def test_only_the_latest_announcement_is_under_way_in_the_mail_view(page, campaign) -> None:
    control.cancel(Campaign.objects.filter(pk=campaign.pk))
    publish(page, announce="again")
    route_due()
    (row,) = going_out(page.translation_key)
    assert row.campaign.announcement.edition == 2


@pytest.mark.parametrize("view", VIEWS)
def test_looking_costs_the_same_for_few_and_many(
    admin_client: Client, site_tree: SiteTree, view: str
) -> None:
    def cost(number: int) -> int:
        for _number in range(number):
            subscriber("de")
        made = publish(draft(site_tree.news["de"]))
        route_due()
        assert Delivery.objects.filter(announcement__versions__page=made).count() >= number
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(reverse(view, args=[made.pk]))
        return len(captured)

    cost(1)
    assert cost(5) == cost(50)

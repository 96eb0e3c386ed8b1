"""The calendar of what goes out when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tasks.announcements.models import Announcement
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.models import Post, PostPlan
from tasks.social.planning.agenda import agenda
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import account
from tests.factories.subscribers import subscriber
from tests.unit.test_posts_view import editor

MAY = datetime(2031, 5, 14, 9, 30, tzinfo=timezone.get_default_timezone())
HERE = "announcements_calendar"


def day(client: Client, moment: datetime, month: str = "") -> list[str]:
    """What stands under the day of ``moment``."""
    reply = client.get(reverse(HERE), {"month": month or f"{moment:%Y-%m}"})
    assert reply.status_code == 200
    html = BeautifulSoup(reply.content, "html.parser")
    cell = html.find("time", class_="calendar__day", datetime=f"{timezone.localtime(moment):%Y-%m-%d}")
    return [item.get_text(" ", strip=True) for item in cell.find_parent("td").select("li")]


def scheduled(parent: Any, title: str, at: datetime = MAY) -> Any:
    page = draft(parent, title=title)
    page.go_live_at = at
    page.save_revision().publish()
    return page


def test_a_page_that_is_scheduled_stands_on_its_day(admin_client: Client, site_tree: SiteTree) -> None:
    page = scheduled(site_tree.news["de"], "Kongress")
    (entry,) = day(admin_client, MAY)
    assert "Kongress" in entry
    html = admin_client.get(reverse(HERE), {"month": "2031-05"}).content.decode()
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in html
    assert "Kongress" not in admin_client.get(reverse(HERE), {"month": "2031-07"}).content.decode()


def test_a_date_that_nobody_has_approved_yet_says_so(admin_client: Client, site_tree: SiteTree) -> None:
    approved = scheduled(site_tree.news["de"], "Alpha")
    waiting = draft(site_tree.news["de"], title="Beta")
    type(waiting).objects.filter(pk=waiting.pk).update(go_live_at=MAY)
    entries = day(admin_client, MAY)
    assert len(entries) == 2
    words = {entry.split()[-1] for entry in entries}
    assert len(words) == 2
    assert approved.pk != waiting.pk


def test_announcements_posts_and_mails_stand_on_the_day_they_went_out(
    admin_client: Client, site_tree: SiteTree
) -> None:
    account("noticeboard", name="Unser Brett")
    subscriber("de")
    publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    Announcement.objects.update(release_at=MAY - timedelta(days=9000))
    Post.objects.update(state=State.SENT, sent_at=MAY)
    assert [entry for entry in day(admin_client, MAY) if "Unser Brett" in entry]
    today = day(admin_client, timezone.now())
    assert len([entry for entry in today if "Kongress" in entry]) == 1
    assert len(day(admin_client, MAY - timedelta(days=9000))) >= 1


def test_posts_that_wait_stand_on_the_day_of_their_next_attempt(
    admin_client: Client, site_tree: SiteTree
) -> None:
    account("noticeboard", name="Unser Brett")
    publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    Post.objects.update(next_try_at=MAY)
    (entry,) = day(admin_client, MAY)
    assert "Unser Brett" in entry


def test_a_planned_moment_of_a_draft_stands_there_before_it_is_announced(
    admin_client: Client, site_tree: SiteTree
) -> None:
    board = account("noticeboard", name="Unser Brett")
    page = draft(site_tree.news["de"], title="Kongress")
    PostPlan.objects.create(page_ref=page.pk, account=board, send_at=MAY)
    (entry,) = day(admin_client, MAY)
    assert "Kongress" in entry
    PostPlan.objects.update(wanted=False)
    assert day(admin_client, MAY) == []


def test_digests_to_come_stand_on_their_days(admin_user: User, site_tree: SiteTree) -> None:
    start = MAY.replace(day=1, hour=0, minute=0)
    found = [
        entry
        for entry in agenda(admin_user, start, start + timedelta(days=31)).entries
        if entry.kind == "mail"
    ]
    assert len(found) in (5, 6)
    assert all(start <= entry.at < start + timedelta(days=31) for entry in found)


def test_only_what_the_user_may_edit_is_shown(site_tree: SiteTree) -> None:
    scheduled(site_tree.news["de"], "Kongress")
    scheduled(site_tree.news["fr"], "Congrès")
    author = editor(site_tree, "change_page")
    (entry,) = day(author, MAY)
    assert "Kongress" in entry


def test_who_edits_no_page_has_no_calendar(site_tree: SiteTree) -> None:
    assert editor(site_tree).get(reverse(HERE)).status_code in (302, 403)


@pytest.mark.parametrize("month", ["2031-13", "2031", "abc", "0001-01", "9999-12", "2031-5"])
def test_a_month_that_is_none_is_not_found(admin_client: Client, site_tree: SiteTree, month: str) -> None:
    assert admin_client.get(reverse(HERE), {"month": month}).status_code == 404


@pytest.mark.parametrize(
    ("month", "before", "after"), [("2031-01", "2030-12", "2031-02"), ("2031-12", "2031-11", "2032-01")]
)
def test_links_lead_to_the_months_around(
    admin_client: Client, site_tree: SiteTree, month: str, before: str, after: str
) -> None:
    html = BeautifulSoup(admin_client.get(reverse(HERE), {"month": month}).content, "html.parser")
    assert html.find("a", rel="prev")["href"] == f"?month={before}"
    assert html.find("a", rel="next")["href"] == f"?month={after}"


def test_it_costs_the_same_for_few_and_many(admin_client: Client, site_tree: SiteTree) -> None:
    board = account("noticeboard", name="Unser Brett")

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(day(admin_client, MAY)) > 0
        return len(captured)

    def more(number: int) -> None:
        for _number in range(number):
            page = publish(draft(site_tree.news["de"]))
            planned = scheduled(site_tree.news["de"], "Geplant")
            PostPlan.objects.create(page_ref=planned.pk, account=board, send_at=MAY)
            assert page.live
        route_due()
        Post.objects.update(next_try_at=MAY)
        Announcement.objects.update(release_at=MAY)

    more(2)
    cost()
    few = cost()
    more(12)
    assert cost() == few


def test_what_there_is_no_room_for_is_said(
    admin_client: Client, site_tree: SiteTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.social.planning.agenda.MOST", 2)
    monkeypatch.setattr("tasks.social.planning.agenda.PROBE", 3)
    scheduled(site_tree.news["de"], "Alpha")
    scheduled(site_tree.news["de"], "Beta")
    assert len(day(admin_client, MAY)) == 2
    assert "help-warning" not in admin_client.get(reverse(HERE), {"month": "2031-05"}).content.decode()
    scheduled(site_tree.news["de"], "Gamma")
    assert len(day(admin_client, MAY)) == 2
    html = admin_client.get(reverse(HERE), {"month": "2031-05"}).content.decode()
    assert "help-warning" in html
    assert reverse("posts_report") in html

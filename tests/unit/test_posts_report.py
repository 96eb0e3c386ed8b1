"""The report of all posts."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.models import Post
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import account
from tests.unit.test_posts_view import editor


@pytest.fixture
def posts(site_tree: SiteTree) -> list[Post]:
    """One page on two accounts, one of which has posted it."""
    account("noticeboard", name="Brett")
    account("mastodon", name="Trompete", server="https://trompete.example")
    publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    Post.objects.filter(account_name="Brett").update(
        state=State.SENT, sent_at=timezone.now(), remote_url="https://brett.example/1"
    )
    return list(Post.objects.order_by("account_name"))


def rows(client: Client, **asked: Any) -> list[str]:
    reply = client.get(reverse("posts_report"), asked)
    assert reply.status_code == 200
    found = BeautifulSoup(reply.content, "html.parser").select("table.listing tbody tr")
    return sorted(row.find("td").get_text(strip=True) for row in found)


def test_every_post_is_listed_with_page_and_link(admin_client: Client, posts) -> None:
    assert rows(admin_client) == ["Brett", "Trompete"]
    html = admin_client.get(reverse("posts_report")).content.decode()
    assert "https://brett.example/1" in html
    assert reverse("announcements:page", args=[posts[0].version.page_ref]) in html


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"state": "sent"}, ["Brett"]),
        ({"channel": "mastodon"}, ["Trompete"]),
        ({"language": "fr"}, []),
        ({"language": "de"}, ["Brett", "Trompete"]),
        ({"created_at_from": "2100-01-01"}, []),
    ],
)
def test_filters_narrow_it_down(
    admin_client: Client, posts, asked: dict[str, str], expected: list[str]
) -> None:
    assert rows(admin_client, **asked) == expected


def test_filter_by_account_and_by_day(admin_client: Client, posts) -> None:
    assert rows(admin_client, account=posts[1].account_id) == ["Trompete"]
    Post.objects.filter(pk=posts[0].pk).update(created_at=timezone.now() - timedelta(days=40))
    since = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert rows(admin_client, created_at_from=since) == ["Trompete"]


def test_export_as_csv_and_as_a_workbook_says_the_same(admin_client: Client, posts) -> None:
    text = admin_client.get(reverse("posts_report"), {"export": "csv"}).getvalue().decode()
    table = list(csv.reader(StringIO(text)))
    data = admin_client.get(reverse("posts_report"), {"export": "xlsx"}).getvalue()
    sheet = load_workbook(BytesIO(data), read_only=True)
    assert len(table) == 3
    assert {row[1] for row in table[1:]} == {"Brett", "Trompete"}
    assert [cell for row in sheet.active.values for cell in row[1:2]][1:] == [row[1] for row in table[1:]]
    sheet.close()


def test_a_text_that_begins_like_a_formula_is_none_in_a_spreadsheet(admin_client: Client, posts) -> None:
    Post.objects.update(text="=HYPERLINK(1)")
    text = admin_client.get(reverse("posts_report"), {"export": "csv"}).getvalue().decode()
    assert not any(cell.startswith("=") for row in csv.reader(StringIO(text)) for cell in row)


def test_it_takes_the_permission_to_see_posts(site_tree: SiteTree, posts) -> None:
    author = editor(site_tree, "change_page")
    assert author.get(reverse("posts_report")).status_code in (302, 403)
    may = Permission.objects.get(codename="view_post", content_type__app_label="tasks")
    Group.objects.get(name="Redaktion").permissions.add(may)
    assert rows(author) == ["Brett", "Trompete"]


def test_a_post_whose_page_and_account_are_gone_stays_listed(admin_client: Client, posts) -> None:
    Post.objects.update(version=None, account=None)
    assert rows(admin_client) == ["Brett", "Trompete"]
    assert b"Trompete" in admin_client.get(reverse("posts_report"), {"export": "csv"}).getvalue()


def test_it_costs_the_same_for_few_and_many(admin_client: Client, posts) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            rows(admin_client)
        return len(captured)

    cost()
    few = cost()
    first = posts[0]
    Post.objects.bulk_create(
        Post(
            announcement_id=first.announcement_id,
            account=account("noticeboard", name=f"B{number}"),
            account_name=f"B{number}",
            version=first.version,
        )
        for number in range(45)
    )
    assert cost() == few

"""The delivery API: announcements."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Site

from cms.models import HomePage
from tasks.announcements.models import AnnouncementVersion
from tasks.announcements.route import route_due
from tests.factories.pages import HomePageFactory, SiteTree, make_private
from tests.factories.publishing import draft, publish

pytestmark = pytest.mark.django_db
ADDRESS = "/api/delivery/v1/announcements"


def listed(client: Client, **query: Any) -> Any:
    response = client.get(ADDRESS, query)
    assert response.status_code == 200, response.content
    return response.json()


def announced(parent: Page, **fields: Any) -> Any:
    page = publish(draft(parent, **fields))
    route_due()
    return page


def second_site(site_tree: SiteTree) -> HomePage:
    home: HomePage = HomePageFactory(
        parent=site_tree.homes["de"].get_parent(), slug="zwei", locale=site_tree.homes["de"].locale
    )
    Site.objects.create(hostname="other.example", port=80, root_page=home, site_name="Zwei")
    Site.clear_site_root_paths_cache()
    return home


def test_announcement_says_what_the_page_says_now(client: Client, site_tree: SiteTree) -> None:
    page = announced(site_tree.news["de"], title="FALSCH", lead="GEHEIM", slug="falsch")
    page = publish(page, title="Richtig", lead="Sauber", slug="richtig")
    version = AnnouncementVersion.objects.get()
    (item,) = listed(client)["items"]
    assert item.pop("announced_at") is not None
    assert item == {
        "edition": version.announcement.edition,
        "page_id": page.pk,
        "locale": "de",
        "topic": "congress",
        "title": "Richtig",
        "lead": "Sauber",
        "url": "http://testserver/de/aktuelles/richtig/",
    }


def test_page_that_is_not_live_or_not_public_is_not_listed(client: Client, site_tree: SiteTree) -> None:
    announced(site_tree.news["de"], title="Weg").unpublish()
    make_private(announced(site_tree.news["de"], title="Intern"))
    assert listed(client) == {"count": 0, "items": []}


def test_another_sites_announcements_are_its_own(client: Client, site_tree: SiteTree) -> None:
    announced(site_tree.news["de"], title="Unser")
    announced(second_site(site_tree), title="Deren")
    assert [item["title"] for item in listed(client)["items"]] == ["Unser"]


def test_list_needs_the_same_number_of_queries_for_5_and_50(client: Client, site_tree: SiteTree) -> None:
    counts = []
    for more in (5, 45):
        for _number in range(more):
            announced(site_tree.news["de"])
        listed(client, limit=100)
        with CaptureQueriesContext(connection) as queries:
            found = listed(client, limit=100)
        counts.append((found["count"], len(found["items"]), len(queries)))
    assert [count[:2] for count in counts] == [(5, 5), (50, 50)]
    assert counts[0][2] == counts[1][2]

"""The Atom feeds."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from cms import listing
from cms.announceable import AnnouncementContent
from cms.models import CongressPage, HomePage, SiteSettings, TextPage
from tests.factories.pages import (
    CongressPageFactory,
    FunderLineFactory,
    HomePageFactory,
    SiteTree,
    TextPageFactory,
    make_private,
)

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: Client, language: str = "de") -> ElementTree.Element:
    response = client.get(f"/{language}/feed.atom")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(response.content)


def titles(root: ElementTree.Element) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]


def test_feed_has_the_public_announcements_of_its_language(client: Client, site_tree: SiteTree) -> None:
    CongressPageFactory(parent=site_tree.news["de"], title="Alt")
    CongressPageFactory(parent=site_tree.news["de"], title="Neu")
    CongressPageFactory(parent=site_tree.news["de"], title="Entwurf", live=False)
    make_private(CongressPageFactory(parent=site_tree.news["de"], title="Intern"))
    TextPageFactory(parent=site_tree.homes["de"], title="Text")
    CongressPageFactory(parent=site_tree.news["fr"], title="Congrès")
    assert titles(feed(client)) == ["Neu", "Alt"]
    assert titles(feed(client, "fr")) == ["Congrès"]


def test_page_that_nobody_was_to_hear_of_is_no_news(client: Client, site_tree: SiteTree) -> None:
    CongressPageFactory(parent=site_tree.news["de"], title="Import", announce="never")
    CongressPageFactory(parent=site_tree.news["de"], title="Neu")
    assert titles(feed(client)) == ["Neu"]


def test_entry_is_complete(client: Client, site_tree: SiteTree) -> None:
    page = CongressPageFactory(
        parent=site_tree.news["de"], slug="k", lead="A < B & C", call="<p>Ideen gesucht.</p>"
    )
    root = feed(client)
    entry = next(root.iter(f"{ATOM}entry"))
    assert entry.findtext(f"{ATOM}id") == f"tag:testserver,2026:{page.translation_key}/de"
    assert entry.findtext(f"{ATOM}updated") == page.last_published_at.isoformat()
    assert entry.findtext(f"{ATOM}summary") == "A &lt; B &amp; C"
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "html"
    assert "<p>Ideen gesucht.</p>" in (content.text or "")
    assert entry.find(f"{ATOM}author/{ATOM}name") is not None
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "http://testserver/de/aktuelles/k/"


def test_id_survives_a_new_address(client: Client, site_tree: SiteTree) -> None:
    page = CongressPageFactory(parent=site_tree.news["de"], slug="alt")
    before = (
        next(feed(client).iter(f"{ATOM}id")),
        [e.findtext(f"{ATOM}id") for e in feed(client).iter(f"{ATOM}entry")],
    )
    page.slug = "neu"
    page.save()
    after = [e.findtext(f"{ATOM}id") for e in feed(client).iter(f"{ATOM}entry")]
    assert after == before[1]


def test_feed_answers_304_to_who_has_it(client: Client, site_tree: SiteTree) -> None:
    CongressPageFactory(parent=site_tree.news["de"])
    tag = client.get("/de/feed.atom")["ETag"]
    assert client.get("/de/feed.atom", headers={"if-none-match": tag}).status_code == 304


def test_feed_of_a_language_without_pages_is_404(client: Client, site_tree: SiteTree) -> None:
    assert client.get("/en/feed.atom").status_code == 404


def test_pages_name_their_feed(client: Client, site_tree: SiteTree) -> None:
    assert 'type="application/atom+xml" title="' in (page := client.get("/fr/").content.decode())
    assert 'href="/fr/feed.atom"' in page


def test_many_pages_of_one_kind_do_not_push_out_another(
    site_tree: SiteTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = frozenset({CongressPage, TextPage})
    monkeypatch.setattr(listing, "registry", lambda: SimpleNamespace(announceable_models=lambda: kinds))
    congress = CongressPageFactory(parent=site_tree.news["de"])
    texts = [TextPageFactory(parent=site_tree.homes["de"]) for _number in range(4)]
    newest = listing.newest_of_each_kind(site_tree.site, site_tree.homes["de"].locale, 3)
    assert [page.pk for page in newest] == [*(page.pk for page in reversed(texts[1:])), congress.pk]


def test_feed_needs_the_same_number_of_queries_for_more_entries(client: Client, site_tree: SiteTree) -> None:
    counts = []
    for more in (2, 10):
        for _number in range(more):
            CongressPageFactory(parent=site_tree.news["de"], funder=FunderLineFactory())
        client.get("/de/feed.atom")
        with CaptureQueriesContext(connection) as queries:
            feed(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def second_site(site_tree: SiteTree) -> HomePage:
    home: HomePage = HomePageFactory(
        parent=site_tree.homes["de"].get_parent(), slug="zwei", locale=site_tree.homes["de"].locale
    )
    Site.objects.create(hostname="other.example", port=80, root_page=home, site_name="Zwei")
    Site.clear_site_root_paths_cache()
    return home


def test_another_sites_pages_are_in_its_own_feed_alone(
    client: Client, site_tree: SiteTree, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    CongressPageFactory(parent=site_tree.news["de"], title="Unser")
    CongressPageFactory(parent=second_site(site_tree), title="Deren")
    assert titles(feed(client)) == ["Unser"]
    other = client.get("/de/feed.atom", headers={"host": "other.example"})
    assert titles(ElementTree.fromstring(other.content)) == ["Deren"]


def test_another_sites_events_are_on_its_own_home_page_alone(site_tree: SiteTree) -> None:
    day = datetime(2099, 1, 1, tzinfo=UTC)
    ours = CongressPageFactory(parent=site_tree.news["de"], starts_at=day, ends_at=day)
    theirs = CongressPageFactory(parent=(other := second_site(site_tree)), starts_at=day, ends_at=day)
    assert listing.upcoming_events(site_tree.homes["de"], 4) == [ours]
    assert listing.upcoming_events(other, 4) == [theirs]


def test_characters_that_xml_forbids_do_not_reach_the_feed(client: Client, site_tree: SiteTree) -> None:
    SiteSettings.objects.create(site=site_tree.site, organisation="An\x0btenne", tagline_de="Mo\x01tto")
    CongressPageFactory(
        parent=site_tree.news["de"], title="A\x0bB", lead="C\x0bD", call="<p>E\x0bF", hashtags="G\x1fH"
    )
    root = feed(client)
    assert root.findtext(f"{ATOM}title") == "An tenne"
    assert titles(root) == ["A B"]


def test_page_that_cannot_be_said_is_left_out_and_logged(
    client: Client, site_tree: SiteTree, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = CongressPageFactory(parent=site_tree.news["de"], title="Kaputt")
    CongressPageFactory(parent=site_tree.news["de"], title="Heil")
    say = CongressPage.get_announcement

    def fail_for_one(page: CongressPage) -> AnnouncementContent:
        if page.pk == broken.pk:
            raise ValueError("no body")
        return say(page)

    monkeypatch.setattr(CongressPage, "get_announcement", fail_for_one)
    assert titles(feed(client)) == ["Heil"]
    assert f"Page {broken.pk} is left out" in caplog.text

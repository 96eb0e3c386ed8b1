"""The Atom feeds."""

from __future__ import annotations

from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms import listing
from cms.models import CongressPage, TextPage
from tests.factories.pages import (
    CongressPageFactory,
    FunderLineFactory,
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
    newest = listing.newest_of_each_kind(site_tree.homes["de"].locale, 3)
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

"""What a partnership's page says beside its own facts: its neighbours, and itself for machines."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partnerships.domain.nearby import nearby
from partnerships.models import Association, ContactPoint, DirectoryPage, Partnership
from tests.factories.pages import SiteTree
from tests.factories.partnerships import directory, municipality, partnership, partnership_page


@pytest.fixture
def pages(site_tree: SiteTree) -> dict[str, DirectoryPage]:
    """The directory in German and French."""
    return directory(site_tree)


def twins(german: float, french: float) -> Partnership:
    """A partnership of two places on these latitudes; a tenth of a degree is 11 km."""
    return partnership(municipality(lat=german), municipality(country="FR", lat=french))


class DataBlocks(HTMLParser):
    """The texts of a page's script elements, as a browser separates them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and ("type", "application/ld+json") in attrs

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def test_neighbours_within_25_km_are_named_those_near_both_ends_first(
    pages: dict[str, DirectoryPage],
) -> None:
    here = twins(52.0, 49.0)
    one, both = twins(52.1, 45.0), twins(52.2, 49.2)
    twins(52.3, 49.3)
    hidden = twins(52.0, 49.0)
    hidden.is_listed = False
    hidden.save()
    url = partnership_page(pages["de"], one).url
    found = nearby(here, pages["de"])
    assert [(each.title, each.url, each.near_both) for each in found] == [
        (both.title("de"), "", True),
        (one.title("de"), url, False),
    ]


def test_page_asks_as_often_for_fifty_neighbours_as_for_five(
    pages: dict[str, DirectoryPage], client: Client
) -> None:
    page = partnership_page(pages["de"], twins(52.0, 49.0))
    asked = []
    for more in (5, 45):
        for _number in range(more):
            partnership_page(pages["de"], twins(52.1, 49.1))
        client.get(page.url)
        asked.append(len(queries_of(client, page.url)))
    assert asked[0] == asked[1]


def queries_of(client: Client, url: str) -> CaptureQueriesContext:
    """What a visit to this address asks the database."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return asked


def test_page_describes_itself_to_machines_and_no_name_breaks_out(
    pages: dict[str, DirectoryPage], client: Client
) -> None:
    name = "</script><script>alert(1)</script>&<!--\u2028"
    record = partnership(municipality(name), municipality("Laon", "FR"), year_signed=1965)
    club = Association.objects.create(name="Verein")
    club.partnerships.add(record)
    ContactPoint.objects.create(association=club, role="Vorsitz", name="Erna", email="erna@example.org")
    page = partnership_page(pages["de"], record, title="Ort", slug="ort")
    html = client.get(page.url).content.decode()
    blocks = DataBlocks()
    blocks.feed(html)
    described = json.loads("".join(blocks.texts))
    assert described["@context"] == "https://schema.org"
    assert described["member"][0]["name"] == name
    assert (described["foundingDate"], described["url"]) == (1965, page.full_url)
    assert "erna@example.org" not in html.lower()
    assert "<script>alert" not in html


def test_places_lead_to_wikidata_where_it_knows_them(pages: dict[str, DirectoryPage], client: Client) -> None:
    record = partnership(municipality("Goslar", wikidata_qid="Q3840"), municipality("Laon", "FR"))
    html = client.get(partnership_page(pages["de"], record).url).content.decode()
    links = [part.split('"')[0] for part in html.split('href="')[1:]]
    assert [link for link in links if "wikidata" in link] == ["https://www.wikidata.org/wiki/Q3840"]

"""What visitors see of a report."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.images.models import Filter
from wagtail_factories import ImageFactory

from barcamp_pages.models import BarcampReportPage
from cms.models import CongressPage
from tests.factories.barcamps import draft, publish, report
from tests.factories.pages import SiteTree

SHOWN = [
    "Dienstag, 25. November 2025",
    "Tom Becker, Leiter der Stadtbibliothek",
    "rund 30",
    "über 20",
    "rund 1.000",
    "Sichtbarkeit",
    "Wer sieht uns?",
    "Ein Stand auf dem Markt",
    "Wer baut ihn auf?",
    "Reinschnuppern",
    "Der Verein",
    "Julia Müller",
    "für die Räume",
    "10. und 11. April in Hannover",
]


def rendered_image() -> Any:
    """An image whose renditions are there: Wagtail leaves the files open from which it makes them."""
    image = ImageFactory()
    for spec in ("width-900|format-webp", "width-1200", "fill-1200x630"):
        key = Filter(spec=spec).get_cache_key(image)
        image.renditions.create(
            filter_spec=spec, focal_point_key=key, width=9, height=9, file=image.file.name
        )
    return image


def json_stream(kind: str, value: dict[str, Any]) -> str:
    image = {**value["image"], "image": value["image"]["image"].pk}
    return json.dumps([{"type": kind, "value": {**value, "image": image}}])


def shown(client: Client, page: BarcampReportPage) -> BeautifulSoup:
    response = client.get(page.url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def test_draft_is_not_public(client: Client, site_tree: SiteTree) -> None:
    page = report(site_tree.news["de"])
    assert client.get(page.url).status_code == 404
    assert client.get("/api/delivery/v1/barcamps").json()["count"] == 0


def test_page_shows_facts_rounds_ideas_guests_and_thanks(client: Client, site_tree: SiteTree) -> None:
    text = shown(client, publish(report(site_tree.news["de"]))).get_text(" ")
    for expected in SHOWN:
        assert expected in text


def test_page_says_that_topics_were_not_recorded(client: Client, site_tree: SiteTree) -> None:
    page = publish(report(site_tree.news["de"]))
    assert "Mehrere Tische; die Themen wurden nicht festgehalten." in shown(client, page).get_text()


def test_page_with_a_title_alone_is_shown(client: Client, site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["fr"], title="BarCamp"))
    soup = shown(client, page)
    assert soup.h1 is not None
    assert soup.h1.get_text() == "BarCamp"
    assert not soup.select("main h2, main dl, main svg")


def test_sketch_says_in_words_what_it_shows(client: Client, site_tree: SiteTree) -> None:
    title = shown(client, publish(report(site_tree.news["de"]))).select_one("svg[role=img] > title")
    assert title is not None
    assert "Runde 1: Sichtbarkeit, Mitglieder." in title.get_text()
    assert "Runde 2: mehrere Tische" in title.get_text()


def test_json_ld_is_an_article_about_an_event(client: Client, site_tree: SiteTree) -> None:
    page = publish(report(site_tree.news["de"], title="Ende </script> gut"))
    script = shown(client, page).select_one('script[type="application/ld+json"]')
    assert script is not None
    data = json.loads(script.get_text())
    assert (data["@type"], data["headline"]) == ("Article", "Ende </script> gut")
    assert data["about"]["startDate"] == "2025-11-25"
    assert data["about"]["location"]["name"] == "Stadtbibliothek Hannover"


def test_next_event_is_linked_once_it_is_public(client: Client, site_tree: SiteTree) -> None:
    target = draft(site_tree.news["de"], CongressPage)
    page = publish(report(site_tree.news["de"], next_event_page=target))
    assert not shown(client, page).select(f'main a[href="{target.url}"]')
    publish(target)
    assert shown(client, page).select(f'main a[href$="{target.url}"]')


def test_text_of_editors_is_escaped(client: Client, site_tree: SiteTree) -> None:
    page = report(site_tree.news["de"], host="<script>alert(1)</script>")
    page = publish(page, thanks=[("thanks", {"to": "<img src=x onerror=alert(1)>"})])
    soup = shown(client, page)
    assert not soup.select("img[onerror]")
    assert [script["type"] for script in soup.select("main script, head script")] == ["application/ld+json"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("participants_qualifier", {"participants_count": None}),
        ("partnerships_qualifier", {"partnerships_count": None}),
        ("smallest_place_qualifier", {"smallest_place_population": None}),
        ("moderator_function", {"moderator_name": ""}),
        ("next_event_title", {"next_event_title": ""}),
    ],
)
def test_half_a_fact_is_refused(site_tree: SiteTree, field: str, values: dict[str, object]) -> None:
    page = report(site_tree.news["de"])
    for name, value in values.items():
        setattr(page, name, value)
    with pytest.raises(ValidationError) as caught:
        page.full_clean()
    assert list(caught.value.message_dict) == [field]


def test_count_without_qualifier_is_allowed(site_tree: SiteTree) -> None:
    page = report(site_tree.news["de"], participants_qualifier="")
    page.full_clean()
    facts = {fact.label: fact.value for fact in page.get_announcement().facts}
    assert facts["Teilnehmende"] == "30"


def test_first_picture_goes_with_page_announcement_and_api(client: Client, site_tree: SiteTree) -> None:
    image = {"image": rendered_image(), "alt_text": "Vier Tische", "decorative": False}
    picture = {"image": image, "caption": "Runde 1", "credit": "Stadtbibliothek", "consent": True}
    page = publish(report(site_tree.news["de"]), gallery=json_stream("picture", picture))
    figure = shown(client, page).select_one("figure.report-picture")
    assert figure is not None
    assert figure.img is not None
    assert figure.img["alt"] == "Vier Tische"
    assert "Bild: Stadtbibliothek" in figure.get_text()
    announced = page.get_announcement().image
    assert announced is not None
    assert (announced.alt, announced.url[:18]) == ("Vier Tische", "http://testserver/")
    assert page.api_body()["gallery"][0]["credit"] == "Stadtbibliothek"

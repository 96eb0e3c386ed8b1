"""What a report says when it is announced."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.utils.translation import override
from wagtail.models import Locale

from barcamp_pages.models import BarcampReportPage
from cms.announceable import Announceable, AnnouncementContent
from cms.models import CongressPage, FunderLine
from cms.plugins import registry
from tests.factories.barcamps import draft, publish, report
from tests.factories.pages import SiteTree

FACTS = {
    "de": {
        "Datum": "Dienstag, 25. November 2025",
        "Moderation": "Tom Becker, Leiter der Stadtbibliothek",
        "Teilnehmende": "rund 30",
        "Vertretene Städtepartnerschaften": "über 20",
        "Kleinster Ort": "rund 1.000 Einwohnerinnen und Einwohner",
    },
    "fr": {
        "Date": "mardi 25 novembre 2025",
        "Animation": "Tom Becker, Leiter der Stadtbibliothek",
        "Participants": "environ 30",
        "Jumelages représentés": "plus de 20",
        "Plus petite commune": "environ 1\xa0000 habitants",
    },
}


def funder_lines() -> dict[str, FunderLine]:
    german = FunderLine.objects.create(
        name="ARL", text="Gefördert vom ARL.", locale=Locale.objects.get(language_code="de")
    )
    french = german.copy_for_translation(Locale.objects.get(language_code="fr"))
    french.text = "Soutenu par l’ARL."
    french.save()
    return {"de": german, "fr": french}


@pytest.mark.parametrize("language", ["de", "fr"])
def test_facts_come_in_the_language_of_the_page(site_tree: SiteTree, language: str) -> None:
    page = report(site_tree.news[language])
    with override("en"):
        content = page.get_announcement()
    known = {fact.label: fact.value for fact in content.facts}
    assert FACTS[language].items() <= known.items()
    assert content.locale == language


def test_announcement_carries_topic_dates_hashtags_and_survives_json(site_tree: SiteTree) -> None:
    page = publish(report(site_tree.news["de"]))
    content = page.get_announcement()
    assert isinstance(page, Announceable)
    assert (content.topic, content.starts_at) == ("barcamp", page.starts_at)
    assert content.hashtags == ("BarCamp", "Städtepartnerschaft")
    assert content.url == "http://testserver" + page.get_url_parts()[2]
    assert AnnouncementContent.from_json(content.to_json()) == content


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Mehrere Tische; die Themen wurden nicht festgehalten."),
        ("fr", "Plusieurs tables\u00a0; les thèmes n’ont pas été notés."),
    ],
)
def test_body_tells_rounds_and_what_was_not_recorded(
    site_tree: SiteTree, language: str, sentence: str
) -> None:
    soup = BeautifulSoup(report(site_tree.news[language]).get_announcement().body_html, "html.parser")
    assert [heading.get_text() for heading in soup.find_all("h2")][:3] == ["Einführung", "Runde 1", "Runde 2"]
    assert [heading.get_text() for heading in soup.find_all("h3")] == ["Sichtbarkeit", "Mitglieder"]
    assert sentence in soup.get_text()
    for expected in (
        "Ein Stand auf dem Markt",
        "Reinschnuppern",
        "VDFG",
        "für die Räume",
        "10. und 11. April",
    ):
        assert expected in soup.get_text()


def test_body_lists_topics_where_nothing_more_was_noted(site_tree: SiteTree) -> None:
    rounds = [("round", {"title": "Runde 1", "tables": [{"topic": "Mitglieder"}, {"topic": "Frei"}]})]
    soup = BeautifulSoup(
        report(site_tree.news["de"], rounds=rounds).get_announcement().body_html, "html.parser"
    )
    assert not soup.find_all("h3")
    assert [item.get_text() for item in soup.find_all("ul")[0].find_all("li")] == ["Mitglieder", "Frei"]


def test_body_has_only_absolute_links_and_no_editor_marks(site_tree: SiteTree) -> None:
    congress = publish(draft(site_tree.news["de"], CongressPage))
    html = publish(report(site_tree.news["de"], next_event_page=congress)).get_announcement().body_html
    soup = BeautifulSoup(html, "html.parser")
    addresses = [tag["href"] for tag in soup.find_all("a")] + [tag["src"] for tag in soup.find_all("img")]
    assert len(addresses) == 3
    assert all(str(address).startswith("http://testserver/") for address in addresses)
    assert "data-block-key" not in html
    assert not soup.select("script, style, [style]")


def test_funder_is_given_in_the_language_of_the_page(site_tree: SiteTree) -> None:
    german = funder_lines()["de"]
    page = report(site_tree.news["fr"], funder=german)
    assert page.get_announcement().funder == "Soutenu par l’ARL."


def test_report_is_registered_as_announceable() -> None:
    assert BarcampReportPage in registry().announceable_models()
    assert "barcamp" in dict(registry().topics())

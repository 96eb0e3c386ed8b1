"""The public pages: list, filters, map, single partnerships, demo content."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.translation import override
from wagtail.models import PageViewRestriction

from partnerships import demo
from partnerships.domain.map import map_of
from partnerships.domain.pages import make_pages
from partnerships.models import DirectoryPage, Partnership, PartnershipPage
from tests.factories.pages import SiteTree
from tests.factories.partnerships import (
    directory,
    municipality,
    part_of,
    partnership,
    partnership_page,
)


@pytest.fixture
def pages(site_tree: SiteTree) -> dict[str, DirectoryPage]:
    """The directory in German and French."""
    return directory(site_tree)


def titles(client: Client, url: str) -> list[str]:
    """The headings of the list at this address."""
    html = client.get(url).content.decode()
    found = re.findall(r'<h3 class="twin__title">(.*?)</h3>', html, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", title).strip() for title in found]


def three() -> None:
    """Three partnerships that differ in everything one can filter by."""
    partnership(municipality("Goslar"), municipality("Arcachon", "FR", district="Gironde"), year_signed=1965)
    partnership(
        municipality("Celle", district="LK Celle"),
        municipality("Meudon", "FR", district="Hauts-de-Seine"),
        year_signed=1953,
        status="dormant",
    )
    partnership(
        municipality("Soltau", district="Heidekreis"),
        municipality("Laon", "FR", district="Aisne"),
        kind="friendship",
        status="unknown",
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Celle – Meudon", "Goslar – Arcachon", "Soltau – Laon"]),
        ("?q=ARCACHON", ["Goslar – Arcachon"]),
        ("?q=hauts+de+seine", ["Celle – Meudon"]),
        ("?area=FR:Gironde", ["Goslar – Arcachon"]),
        ("?area=DE:Heidekreis", ["Soltau – Laon"]),
        ("?kind=friendship", ["Soltau – Laon"]),
        ("?status=dormant", ["Celle – Meudon"]),
        ("?decade=1960", ["Goslar – Arcachon"]),
        ("?decade=unknown", ["Soltau – Laon"]),
        ("?sort=oldest", ["Celle – Meudon", "Goslar – Arcachon", "Soltau – Laon"]),
        ("?sort=newest", ["Goslar – Arcachon", "Celle – Meudon", "Soltau – Laon"]),
        ("?status=dormant&decade=1960", []),
        ("?kind=nonsense&area=nowhere&page=999", ["Celle – Meudon", "Goslar – Arcachon", "Soltau – Laon"]),
    ],
)
def test_directory_filters_and_sorts(
    pages: dict[str, DirectoryPage], client: Client, query: str, expected: list[str]
) -> None:
    three()
    assert titles(client, f"/de/partnerschaften/{query}") == expected


def test_directory_says_when_nothing_fits(pages: dict[str, DirectoryPage], client: Client) -> None:
    three()
    html = client.get("/de/partnerschaften/?q=Timbuktu").content.decode()
    assert '<p class="notice">' in html
    assert titles(client, "/de/partnerschaften/?q=Timbuktu") == []


def test_directory_pages_keep_the_filters(pages: dict[str, DirectoryPage], client: Client) -> None:
    for _ in range(30):
        partnership(status="active")
    html = client.get("/de/partnerschaften/?status=active&page=2").content.decode()
    assert len(titles(client, "/de/partnerschaften/?status=active&page=2")) == 5
    assert 'href="?status=active&amp;page=1#results"' in html


def test_list_goes_on_where_the_map_ends(
    pages: dict[str, DirectoryPage], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnerships.domain.listing.MAX_NAMED", 3)
    for _ in range(30):
        partnership()
    first, second = (titles(client, f"/de/partnerschaften/?page={number}") for number in (1, 2))
    assert (len(first), len(second), len({*first, *second})) == (25, 5, 30)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_directory_needs_as_many_queries_for_50_as_for_5(
    pages: dict[str, DirectoryPage], client: Client, language: str, django_assert_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(pages[language].url).status_code == 200
        return len(captured)

    for _ in range(5):
        partnership_page(pages[language], partnership())
    queries()
    few = queries()
    for _ in range(45):
        partnership_page(pages[language], partnership())
    assert queries() <= few + 4, "reading the directory anew takes four"
    assert queries() == few


def test_list_links_only_pages_that_are_public(pages: dict[str, DirectoryPage], client: Client) -> None:
    live, draft, private = (partnership(municipality(name)) for name in ("Live", "Draft", "Private"))
    partnership_page(pages["de"], live)
    partnership_page(pages["de"], draft).unpublish()
    PageViewRestriction.objects.create(page=partnership_page(pages["de"], private), restriction_type="login")
    html = client.get("/de/partnerschaften/").content.decode()
    assert 'href="/de/partnerschaften/live/"' in html
    assert "/de/partnerschaften/draft/" not in html
    assert "/de/partnerschaften/private/" not in html


def test_unlisted_partnership_is_shown_nowhere(pages: dict[str, DirectoryPage], client: Client) -> None:
    partnership(municipality("Geheim"), municipality("Secret", "FR"), is_listed=False)
    assert "Geheim" not in client.get("/de/partnerschaften/").content.decode()


def test_every_id_leads_to_the_page_in_the_language_of_the_directory(
    pages: dict[str, DirectoryPage], client: Client
) -> None:
    record = partnership(municipality("Celle"), municipality("Meudon", "FR"))
    record.identifiers.create(identifier="old-id")
    make_pages([record.pk])
    for identifier in (record.public_id, "old-id"):
        assert (
            client.get(f"/de/partnerschaften/id/{identifier}/")["Location"]
            == "/de/partnerschaften/celle-meudon/"
        )
        assert client.get(f"/fr/jumelages/id/{identifier}/")["Location"] == "/fr/jumelages/celle-meudon/"
    assert client.get("/de/partnerschaften/id/none/").status_code == 404


def test_pages_are_made_once_as_translations_and_without_announcement(
    pages: dict[str, DirectoryPage],
) -> None:
    record = partnership(municipality("Hannover", name_fr="Hanovre"), municipality("Rouen", "FR"))
    assert make_pages([record.pk]) == 2
    assert make_pages([record.pk]) == 0
    german, french = (PartnershipPage.objects.get(locale__language_code=code) for code in ("de", "fr"))
    assert (german.title, french.title) == ("Hannover – Rouen", "Hanovre – Rouen")
    assert german.translation_key == french.translation_key
    assert {german.announce, french.announce} == {"never"}
    assert german.live
    assert german.live_revision_id


def test_pages_of_the_same_names_get_different_addresses(pages: dict[str, DirectoryPage]) -> None:
    places = municipality("Celle"), municipality("Meudon", "FR")
    make_pages([partnership(*places).pk, partnership(*places).pk])
    slugs = set(PartnershipPage.objects.child_of(pages["de"]).values_list("slug", flat=True))
    assert len(slugs) == 2


def test_second_page_in_the_same_language_is_refused(pages: dict[str, DirectoryPage]) -> None:
    record = partnership()
    partnership_page(pages["de"], record)
    with pytest.raises(ValidationError, match="schon eine Seite"):
        PartnershipPage(title="Twin", slug="twin", partnership=record, locale=pages["de"].locale).clean()


def test_page_shows_facts_with_their_certainty(pages: dict[str, DirectoryPage], client: Client) -> None:
    cherbourg = municipality("Cherbourg-en-Cotentin", "FR", population=78258, population_source="INSEE")
    record = partnership(
        municipality("Northeim", population=30894, population_year=2022, population_source="Destatis"),
        part_of(cherbourg, "Tourlaville", successor=cherbourg),
        internal_note="working note",
        provenance="secret provenance",
    )
    make_pages([record.pk])
    with override("en"):
        html = client.get(PartnershipPage.objects.child_of(pages["de"]).get().url).content.decode()
    assert "Northeim" in html
    assert "30.894" in html
    assert "Destatis, 2022" in html
    assert "78.258" in html
    assert "working note" not in html
    assert "secret provenance" not in html


def test_announcement_names_members_kind_and_year(pages: dict[str, DirectoryPage]) -> None:
    record = partnership(municipality("Celle"), municipality("Meudon", "FR"), year_signed=1953)
    content = partnership_page(pages["de"], record, lead="Seit 1953.").get_announcement()
    assert content.topic == "partnership"
    assert content.title == "Celle – Meudon"
    values = [fact.value for fact in content.facts]
    assert values[0] == "Celle – Meudon"
    assert "1953" in values
    assert record.public_id in values


@pytest.mark.django_db
def test_map_draws_every_pair_across_sides_and_counts_what_it_cannot_place() -> None:
    three_way = partnership(municipality(), municipality(country="FR"), municipality(country="FR"))
    three_way.members.filter(side="c").update(side="b")
    partnership(municipality(lat=None, lon=None), municipality(country="FR"))
    found = map_of(Partnership.objects.with_members(), "de", urls={three_way.pk: "/x/"})
    assert len(found.arcs) == 2
    assert {arc.url for arc in found.arcs} == {"/x/"}
    assert len(found.dots) == 3
    assert found.without_place == 1
    assert all(0 < dot.x < found.width and 0 < dot.y < found.height for dot in found.dots)


def test_map_names_its_sources_and_loads_nothing_from_elsewhere(
    pages: dict[str, DirectoryPage], client: Client
) -> None:
    three()
    html = client.get("/fr/jumelages/").content.decode()
    figure = html[html.index("<figure") : html.index("</figure>")]
    assert "GeoNames (CC BY 4.0)" in figure
    assert "Natural Earth" in figure
    assert len(re.findall(r"<title>", figure)) == 3 + 6
    assert "http" not in figure
    assert "style=" not in html


def test_names_are_escaped(pages: dict[str, DirectoryPage], client: Client) -> None:
    record = partnership(municipality("<script>alert(1)</script>"), municipality(country="FR"))
    make_pages([record.pk])
    for url in ("/de/partnerschaften/", PartnershipPage.objects.child_of(pages["de"]).get().url):
        assert b"<script>alert" not in client.get(url).content


def test_demo_content_is_written_once(site_tree: SiteTree) -> None:
    said: list[str] = []
    site = SimpleNamespace(homes=site_tree.homes, say=said.append)
    demo.load(site)
    pages = list(DirectoryPage.objects.order_by("path"))
    assert [(page.slug, page.show_in_menus, page.live) for page in pages] == [
        ("partnerschaften", True, True),
        ("jumelages", True, True),
    ]
    assert len({page.translation_key for page in pages}) == 1
    assert PartnershipPage.objects.live().count() == 106
    PartnershipPage.objects.first().delete()
    demo.load(site)
    assert PartnershipPage.objects.count() == 105


def test_partnership_and_its_places_can_be_followed(site_tree: SiteTree, django_assert_num_queries) -> None:
    from cms.plugins import registry

    record = partnership(municipality("Hannover"), municipality("Perpignan", country="FR"))
    page = partnership_page(directory(site_tree)["de"], record)
    keys = [f"municipality:{member.municipality.public_id}" for member in record.members.all()]
    assert list(page.get_announcement().subjects) == [f"partnership:{record.public_id}", *keys]
    labels = dict(registry().subjects("de"))
    assert labels[f"partnership:{record.public_id}"] == "Hannover – Perpignan"
    for _number in range(20):
        partnership()
    with django_assert_num_queries(2):
        assert len(registry().subjects("fr")) == 63

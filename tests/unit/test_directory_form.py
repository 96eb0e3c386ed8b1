"""The form of the directory: choices with numbers, what is in use, what makes no sense, the crowded map."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from partnerships.models import DirectoryPage, Municipality
from partnerships.schemas import PartnershipOut
from tests.factories.pages import SiteTree
from tests.factories.partnerships import directory, municipality, partnership
from tests.factories.requests import notice


@pytest.fixture
def page(site_tree: SiteTree) -> DirectoryPage:
    """A directory with two partnerships."""
    page = directory(site_tree)["de"]
    celle = municipality("Celle", region="Niedersachsen", district="LK Celle", population=70_000, lat=52.6)
    partnership(celle, municipality("Meudon", "FR", region="Île-de-France"), year_signed=1981)
    goslar = municipality("Goslar", region="Niedersachsen", district="LK Goslar", population=50_000, lat=51.9)
    partnership(goslar, municipality("Nîmes", "FR", region="Occitanie"), status="dormant")
    return page


def html(client: Client, page: DirectoryPage, query: str = "") -> str:
    """The page's source."""
    response = client.get(f"{page.url}{query}")
    assert response.status_code == 200
    return response.content.decode()


def options(source: str, name: str) -> list[str]:
    """What a field of the form offers."""
    found = re.search(rf'<select[^>]* name="{name}"[^>]*>(.*?)</select>', source, re.DOTALL)
    assert found
    return re.findall(r"<option[^>]*>([^<]*)</option>", found[1])


def test_choices_say_how_many_there_would_be(page: DirectoryPage, client: Client) -> None:
    assert options(html(client, page), "region") == [
        "alle",
        "Niedersachsen (2)",
        "Occitanie (1)",
        "Île-de-France (1)",
    ]


def test_choices_that_lead_nowhere_are_left_out(page: DirectoryPage, client: Client) -> None:
    source = html(client, page, "?region=FR:Occitanie")
    assert options(source, "area") == ["alle", "LK Goslar (1)", "Seine-Maritime (1)"]
    assert len(options(source, "region")) == 4, "another region can be chosen instead"


def test_more_areas_than_one_can_look_through_are_offered_by_region(
    page: DirectoryPage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnerships.forms.MOST_AREAS", 2)
    assert options(html(client, page), "area") == ["alle"]
    assert "Wählen Sie eine Region" in html(client, page)
    assert options(html(client, page, "?region=FR:Occitanie"), "area")[1:] == [
        "LK Goslar (1)",
        "Seine-Maritime (1)",
    ]


def test_what_is_in_use_can_be_taken_away(page: DirectoryPage, client: Client) -> None:
    source = html(client, page, "?region=DE:Niedersachsen&status=dormant")
    chips = re.findall(r'<a class="chip" href="([^"]+)">([^<]+)', source)
    assert chips == [
        (f"{page.url}?region=DE%3ANiedersachsen#results", "Status: ruhend "),
        (f"{page.url}?status=dormant#results", "Region: Niedersachsen "),
    ]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?near=Timbuktu", "near"),
        ("?signed_from=abc", "signed_from"),
        ("?signed_from=1990&signed_to=1980", "signed_to"),
        ("?population_from=-4", "population_from"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field_and_ignored(
    page: DirectoryPage, client: Client, query: str, name: str
) -> None:
    source = html(client, page, query)
    assert f'id="directory-{name}_error"' in source
    assert re.search(rf'name="{name}"[^>]*aria-invalid="true"', source)
    assert '<details class="filters__more" open>' in source


def test_places_are_found_whatever_their_accents(page: DirectoryPage, client: Client) -> None:
    source = html(client, page, "?near=nimes&km=10")
    assert "Goslar – Nîmes" in source
    assert "Celle – Meudon" in source, "the factory puts both French towns at one spot"
    assert "Celle – Meudon" not in html(client, page, "?near=Goslar&km=10")


def test_a_crowd_is_dots_that_lead_to_what_is_around_them(
    page: DirectoryPage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnerships.domain.listing.MAX_NAMED", 1)
    source = html(client, page, "?kind=partnership")
    dots = re.findall(r'<a href="([^"]+)" tabindex="-1"><circle[^>]*><title>([^<]+)', source)
    assert len(dots) == 3
    assert sum(title.startswith("2 Partnerschaften rund um") for _url, title in dots) == 1
    assert all("kind=partnership&amp;near=" in url for url, _title in dots)
    assert 'class="twin-map__lines"' in source


def test_the_api_counts_what_other_choices_would_find(page: DirectoryPage, client: Client) -> None:
    found = client.get("/api/delivery/v1/partnerships?facets=1&status=dormant").json()
    assert found["facets"]["status"] == {"active": 1, "dormant": 1}
    assert found["facets"]["region"] == {"DE:Niedersachsen": 1, "FR:Occitanie": 1, "FR:Île-de-France": 0}
    assert client.get("/api/delivery/v1/partnerships").json()["facets"] is None


def test_the_api_names_a_place_that_it_does_not_know(page: DirectoryPage, client: Client) -> None:
    response = client.get("/api/delivery/v1/partnerships?near=Timbuktu")
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "near"


def test_documents_have_the_shape_that_the_description_promises(page: DirectoryPage, client: Client) -> None:
    (item, *_rest) = client.get("/api/delivery/v1/partnerships").json()["items"]
    checked = PartnershipOut.model_validate(item)
    assert checked.dict().keys() == item.keys()
    assert item["members"][0]["municipality"].keys() == checked.members[0].municipality.dict().keys()


def test_only_those_with_an_open_request_of_theirs_or_of_one_of_their_places(
    page: DirectoryPage, client: Client
) -> None:
    place = Municipality.objects.get(name="Celle")
    notice(place)
    for query in ("?has_request=on", "?has_request=on&status=active"):
        source = html(client, page, query)
        assert "Celle – Meudon" in source
        assert "Goslar – Nîmes" not in source
    found = client.get("/api/delivery/v1/partnerships?has_request=true").json()
    assert [item["title"] for item in found["items"]] == ["Celle – Meudon"]

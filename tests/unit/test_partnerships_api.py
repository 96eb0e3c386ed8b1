"""The directory in the delivery API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partnerships.models import PartnershipSource
from tests.factories.partnerships import municipality, part_of, partnership

API = "/api/delivery/v1"

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, status: int = 200) -> Any:
    """The JSON at this path of the API."""
    response = client.get(f"{API}{path}")
    assert response.status_code == status, response.content
    return response.json()


def ids(client: Client, path: str) -> list[str]:
    """The titles or names of a list."""
    return [item.get("title") or item["name"] for item in get(client, path)["items"]]


def test_list_filters_by_words_country_kind_and_status(client: Client) -> None:
    partnership(municipality("Göttingen"), municipality("Pau", "FR"))
    partnership(municipality("Celle"), municipality("Meudon", "FR"), kind="friendship", status="dormant")
    partnership(municipality("Peine"), municipality("Aller"))
    assert ids(client, "/partnerships?q=goettingen") == ["Göttingen – Pau"]
    assert ids(client, "/partnerships?country=FR") == ["Celle – Meudon", "Göttingen – Pau"]
    assert ids(client, "/partnerships?kind=friendship&status=dormant") == ["Celle – Meudon"]
    assert ids(client, "/partnerships?kind=friendship&status=active") == []


def test_list_is_served_in_parts(client: Client) -> None:
    for name in ("A", "B", "C"):
        partnership(municipality(name))
    part = get(client, "/partnerships?limit=2&offset=1")
    assert (part["count"], part["limit"], part["offset"]) == (3, 2, 1)
    assert [item["title"] for item in part["items"]] == ["B", "C"]


@pytest.mark.parametrize(
    "query",
    ["foo=1", "limit=0", "limit=101", "offset=-1", "kind=nonsense", "status=x", "country=fr", "q=a&q=b"],
)
@pytest.mark.parametrize("path", ["/partnerships", "/partnerships.geojson"])
def test_wrong_parameter_is_refused(client: Client, path: str, query: str) -> None:
    assert get(client, f"{path}?{query}", 400)["status"] == 400


def test_unknown_parameter_of_municipalities_is_refused(client: Client) -> None:
    assert get(client, "/municipalities?page=2", 400)["errors"][0]["parameter"] == "page"


def test_detail_has_members_dates_and_sources_but_no_internal_notes(client: Client) -> None:
    record = partnership(
        municipality("Barsinghausen", official_code="03241002"),
        municipality("Mont-Saint-Aignan", "FR", official_code="76451"),
        year_signed=1966,
        internal_note="working note",
    )
    record.members.filter(side="a").update(signed_on="1966-07-11")
    record.members.filter(side="b").update(signed_on="1967-04-01", signed_precision="month")
    PartnershipSource.objects.create(partnership=record, url="https://example.org/", label="Page")
    document = get(client, "/partnerships/DE03241002-FR76451")
    assert [member["signed_on"] for member in document["members"]] == ["1966-07-11", "1967-04"]
    assert document["sources"] == [
        {"url": "https://example.org/", "label": "Page", "licence": "", "checked_on": None}
    ]
    assert document["distance_km"] > 0
    assert "working note" not in str(document)
    assert "internal_note" not in str(document)


def test_other_id_redirects_to_the_one_in_use(client: Client) -> None:
    record = partnership()
    record.identifiers.create(identifier="DE1-FR1")
    response = client.get(f"{API}/partnerships/DE1-FR1")
    assert response.status_code == 308
    assert response["Location"] == f"{API}/partnerships/{record.public_id}"
    assert get(client, f"/partnerships/{record.public_id}")["also_known_as"] == ["DE1-FR1"]


def test_unlisted_partnership_is_not_there_under_any_id(client: Client) -> None:
    record = partnership(is_listed=False)
    record.identifiers.create(identifier="other")
    assert get(client, "/partnerships")["count"] == 0
    assert get(client, "/partnerships.geojson")["features"] == []
    get(client, f"/partnerships/{record.public_id}", 404)
    get(client, "/partnerships/other", 404)


def test_deleted_partnership_is_not_found(client: Client) -> None:
    record = partnership()
    assert get(client, f"/partnerships/{record.public_id}")["id"] == record.public_id
    record.delete()
    assert get(client, f"/partnerships/{record.public_id}", 404)["status"] == 404


def test_geojson_has_lines_of_longitude_and_latitude(client: Client) -> None:
    partnership(municipality(lat=52.0, lon=10.0), municipality(country="FR", lat=49.0, lon=1.0))
    partnership(municipality(lat=None, lon=None), municipality(country="FR"))
    (feature,) = get(client, "/partnerships.geojson")["features"]
    assert feature["geometry"] == {"type": "LineString", "coordinates": [[10.0, 52.0], [1.0, 49.0]]}


def test_geojson_credits_the_sources_of_its_positions(client: Client) -> None:
    assert "GeoNames" in get(client, "/partnerships.geojson")["attribution"]


def test_municipalities_know_their_whole_and_successor(client: Client) -> None:
    walsrode = municipality("Walsrode", official_code="03358024")
    part_of(walsrode, "Bomlitz", successor=walsrode)
    document = get(client, "/municipalities/DE03358024-bomlitz")
    assert document["part_of"] == document["merged_into"] == "DE03358024"
    assert ids(client, "/municipalities?q=bomlitz&country=DE&level=district_of_city") == ["Bomlitz"]
    get(client, "/municipalities/none", 404)


@pytest.mark.parametrize(
    "path", ["/partnerships?limit=100", "/partnerships.geojson", "/municipalities?limit=100"]
)
def test_lists_need_as_many_queries_for_50_as_for_5(client: Client, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            get(client, path)
        return len(captured)

    def add(number: int) -> None:
        for _ in range(number):
            whole = municipality(country="FR")
            record = partnership(municipality(), part_of(whole, "Part", successor=whole))
            PartnershipSource.objects.create(partnership=record, label="Source")

    add(5)
    few = queries()
    add(45)
    assert queries() == few

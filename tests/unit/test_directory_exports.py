"""Everything that a search finds, as files."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from partnerships.models import Association, DirectoryPage, Partnership, PartnershipSource, Topic
from tests.factories.pages import SiteTree
from tests.factories.partnerships import directory, municipality, partnership


@pytest.fixture
def page(site_tree: SiteTree) -> DirectoryPage:
    """A directory with two partnerships, one of them with all that an export holds."""
    page = directory(site_tree)["de"]
    full = partnership(
        municipality("Göttingen", region="Niedersachsen", population=120_000, wikidata_qid="Q3033"),
        municipality("Pau", "FR", region="Nouvelle-Aquitaine"),
        year_signed=1983,
    )
    full = Partnership.objects.get(pk=full.pk)
    full.topics = [Topic.objects.get(key="youth")]
    full.save()
    PartnershipSource.objects.create(partnership=full, url="https://example.org/", licence="CC BY 4.0")
    association = Association.objects.create(name="=HYPERLINK(1)")
    association.partnerships = [full]
    association.save()
    partnership(municipality("Celle"), municipality("Meudon", "FR"), status="dormant")
    partnership(municipality("Geheim"), municipality("Secret", "FR"), is_listed=False)
    return page


def download(client: Client, page: DirectoryPage, name: str, query: str = "") -> bytes:
    """The file's content."""
    response = client.get(f"{page.url}export/{name}/{query}")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response)  # type: ignore[arg-type]


def table(client: Client, page: DirectoryPage, query: str = "") -> list[dict[str, str]]:
    """The rows of the CSV file."""
    return list(csv.DictReader(io.StringIO(download(client, page, "csv", query).decode("utf-8-sig"))))


def test_csv_has_a_line_for_each_with_its_sources_and_licences(page: DirectoryPage, client: Client) -> None:
    celle, goettingen = table(client, page)
    assert celle["title"] == "Celle – Meudon"
    assert goettingen["members"] == "Göttingen; Pau"
    assert goettingen["regions"] == "Niedersachsen; Nouvelle-Aquitaine"
    assert (goettingen["sources"], goettingen["licences"]) == ("https://example.org/", "CC BY 4.0")
    assert (goettingen["topics"], goettingen["year_signed"]) == ("youth", "1983")


def test_no_cell_is_a_formula(page: DirectoryPage, client: Client) -> None:
    assert table(client, page)[1]["associations"] == "'=HYPERLINK(1)"


def test_a_file_holds_what_the_same_search_shows(page: DirectoryPage, client: Client) -> None:
    assert [row["title"] for row in table(client, page, "?status=dormant")] == ["Celle – Meudon"]
    assert table(client, page, "?q=Timbuktu") == []


def test_a_workbook_has_the_same_cells(page: DirectoryPage, client: Client) -> None:
    book = load_workbook(io.BytesIO(download(client, page, "xlsx")))
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    cells = dict(zip(header, rows[1], strict=True))
    assert (cells["title"], cells["year_signed"]) == ("Göttingen – Pau", 1983)


def loaded(client: Client, page: DirectoryPage, name: str) -> Any:
    """The JSON of a file."""
    return json.loads(download(client, page, name))


def test_json_is_what_the_api_gives(page: DirectoryPage, client: Client) -> None:
    listed = client.get("/api/delivery/v1/partnerships").json()["items"]
    assert loaded(client, page, "json")["items"] == listed
    assert len(listed) == 2


def test_geojson_has_longitude_first(page: DirectoryPage, client: Client) -> None:
    first, _second = loaded(client, page, "geojson")["features"]
    assert first["geometry"] == {"type": "LineString", "coordinates": [[10.0, 52.0], [1.0, 49.0]]}
    assert first["properties"]["title"] == "Celle – Meudon"


def test_jsonld_names_places_sources_and_licences(page: DirectoryPage, client: Client) -> None:
    goettingen = loaded(client, page, "jsonld")["@graph"][1]
    assert goettingen["@type"] == "Organization"
    assert goettingen["subjectOf"][0]["license"] == "CC BY 4.0"
    assert goettingen["member"][0]["sameAs"] == "https://www.wikidata.org/entity/Q3033"


def test_a_form_that_there_is_none_of_is_not_found(page: DirectoryPage, client: Client) -> None:
    assert client.get(f"{page.url}export/pdf/").status_code == 404


@pytest.mark.parametrize("name", ["csv", "xlsx", "json", "geojson", "jsonld"])
def test_a_file_of_50_takes_as_many_queries_as_one_of_5(
    page: DirectoryPage, client: Client, name: str
) -> None:
    def queries() -> int:
        download(client, page, name)
        with CaptureQueriesContext(connection) as captured:
            download(client, page, name)
        return len(captured)

    for _ in range(3):
        partnership()
    few = queries()
    for _ in range(45):
        partnership()
    assert queries() == few

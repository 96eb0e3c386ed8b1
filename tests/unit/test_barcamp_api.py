"""Reports in the delivery API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from ninja import Schema
from wagtail.models import PageViewRestriction

from barcamp_pages import schemas
from tests.factories.barcamps import publish, report
from tests.factories.pages import SiteTree

URL = "/api/delivery/v1/barcamps"


def names(schema: type[Schema]) -> set[str]:
    return set(schema.model_fields)


def test_detail_gives_the_whole_report(client: Client, site_tree: SiteTree) -> None:
    page = publish(report(site_tree.news["de"]))
    data = client.get(f"{URL}/{page.pk}").json()
    body = data["body"]
    assert body["participants"] == {"number": 30, "qualifier": "about", "text": "rund 30"}
    assert [part["kind"] for part in body["rounds"]] == ["plenary", "round", "round"]
    assert [part.get("topics_recorded") for part in body["rounds"]] == [None, True, False]
    assert body["rounds"][1]["tables"][0]["results"] == ["Ein Stand auf dem Markt"]
    assert 'href="http://testserver/de/"' in body["rounds"][1]["tables"][0]["notes_html"]
    assert body["ideas"][0]["status"] == "planned"
    assert body["next_event"] == {"title": "Kongress", "text": "10. und 11. April in Hannover", "url": ""}
    assert body["when_where"]["starts_at"].startswith("2025-11-25T00:00:00")
    assert data["announcement"]["topic"] == "barcamp"


def test_api_body_and_schema_name_the_same_fields(site_tree: SiteTree) -> None:
    body: dict[str, Any] = report(site_tree.news["de"]).api_body()
    assert set(body) == names(schemas.BarcampBody)
    assert set(body["when_where"]) == names(schemas.WhenWhereOut)
    assert set(body["rounds"][0]) == names(schemas.PlenaryOut)
    assert set(body["rounds"][1]) == names(schemas.RoundOut)
    assert set(body["rounds"][1]["tables"][0]) == names(schemas.TableOut)
    assert set(body["ideas"][0]) == names(schemas.IdeaOut)


def test_same_body_stands_in_the_pages_api(client: Client, site_tree: SiteTree) -> None:
    page = publish(report(site_tree.news["fr"]))
    one, other = (client.get(f"/api/delivery/v1/{kind}/{page.pk}").json() for kind in ("barcamps", "pages"))
    assert one["body"] == other["body"]
    assert one["body"]["participants"]["text"] == "environ 30"


def test_list_can_be_narrowed_to_language_and_year(client: Client, site_tree: SiteTree) -> None:
    for language in ("de", "fr"):
        publish(report(site_tree.news[language]))
    assert client.get(URL).json()["count"] == 2
    assert [one["locale"] for one in client.get(f"{URL}?locale=fr").json()["items"]] == ["fr"]
    assert client.get(f"{URL}?year=2025").json()["count"] == 2
    assert client.get(f"{URL}?year=2024").json()["items"] == []


@pytest.mark.parametrize(
    "query", ["colour=red", "limit=0", "limit=101", "locale=xx", "year=last", "offset=-1"]
)
def test_parameters_that_cannot_be_used_are_refused(client: Client, site_tree: SiteTree, query: str) -> None:
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"][0]["parameter"] == query.split("=")[0]


def test_draft_and_private_reports_are_not_found(client: Client, site_tree: SiteTree) -> None:
    hidden = report(site_tree.news["de"])
    private = publish(report(site_tree.news["de"]))
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    assert [client.get(f"{URL}/{page.pk}").status_code for page in (hidden, private)] == [404, 404]
    assert client.get(URL).json()["count"] == 0


def test_list_asks_the_database_as_often_for_fifty_as_for_five(client: Client, site_tree: SiteTree) -> None:
    for _ in range(5):
        publish(report(site_tree.news["de"]))
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(f"{URL}?limit=100")
    for _ in range(45):
        publish(report(site_tree.news["de"]))
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(f"{URL}?limit=100").json()["items"]) == 50
    assert len(many) == len(few)

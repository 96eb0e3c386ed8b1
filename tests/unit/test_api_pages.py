"""The delivery API: pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.contrib.redirects.models import Redirect

from tests.factories.pages import CongressPageFactory, SiteTree, TextPageFactory, make_private, translate

pytestmark = pytest.mark.django_db
API = "/api/delivery/v1"


def get(client: Client, address: str, status: int = 200, **query: Any) -> Any:
    response = client.get(f"{API}{address}", query)
    assert response.status_code == status, response.content
    return response.json()


def test_detail_gives_all_that_a_page_says(client: Client, site_tree: SiteTree) -> None:
    page = CongressPageFactory(parent=site_tree.news["de"], title="Kongress", slug="k", languages=["de"])
    french = translate(page, site_tree.news["fr"], title="Congrès", slug="c")
    data = get(client, f"/pages/{page.pk}")
    assert (data["id"], data["type"], data["locale"]) == (page.pk, "cms.CongressPage", "de")
    assert data["url"] == "http://testserver/de/aktuelles/k/"
    assert data["path"] == "/de/aktuelles/k/"
    assert data["translations"] == [
        {"id": french.pk, "locale": "fr", "url": "http://testserver/fr/actualites/c/"}
    ]
    assert data["parent"]["id"] == site_tree.news["de"].pk
    assert data["announcement"]["topic"] == "congress"
    assert data["announcement"]["starts_at"] == "2026-04-10T13:00:00Z"
    assert data["body"]["starts_at"] == "2026-04-10T15:00:00+02:00"
    assert data["body"]["venue"]["name"] == "Haus der Jugend"
    assert data["body"]["languages"] == ["de"]
    assert data["seo"] == {"title": "Kongress", "description": "What it is about."}


def test_body_text_is_clean_html_with_absolute_links(client: Client, site_tree: SiteTree) -> None:
    link = f'<p data-block-key="a"><a linktype="page" id="{site_tree.news["de"].pk}">News</a></p>'
    page = TextPageFactory(parent=site_tree.homes["de"], body=[("heading", "Über uns"), ("text", link)])
    french_reader = client.get(f"{API}/pages/{page.pk}", headers={"accept-language": "fr"})
    heading, text = french_reader.json()["body"]["body"]
    assert (heading["type"], heading["value"]) == ("heading", "Über uns")
    assert text["value"] == '<p><a href="http://testserver/de/aktuelles/">News</a></p>'


def test_page_that_is_not_announceable_has_no_announcement(client: Client, site_tree: SiteTree) -> None:
    data = get(client, f"/pages/{site_tree.homes['de'].pk}")
    assert data["announcement"] is None
    assert data["parent"] is None


def test_hidden_pages_do_not_exist(client: Client, site_tree: SiteTree) -> None:
    draft = TextPageFactory(parent=site_tree.homes["de"], slug="entwurf", live=False)
    private = TextPageFactory(parent=site_tree.homes["de"], slug="intern")
    below = TextPageFactory(parent=private, slug="darunter")
    make_private(private)
    listed = {item["id"] for item in get(client, "/pages", limit=100)["items"]}
    for page, path in ((draft, "/de/entwurf/"), (private, "/de/intern/"), (below, "/de/intern/darunter/")):
        assert get(client, f"/pages/{page.pk}", 404)["status"] == 404
        assert get(client, "/pages/resolve", 404, path=path)["status"] == 404
        assert page.pk not in listed


def test_hidden_translation_and_parent_are_not_named(client: Client, site_tree: SiteTree) -> None:
    page = TextPageFactory(parent=site_tree.homes["de"])
    translate(page, site_tree.homes["fr"], live=False)
    assert get(client, f"/pages/{page.pk}")["translations"] == []


@pytest.mark.parametrize("path", ["/de/aktuelles/", "/de/aktuelles", "/de/aktuelles/?page=2"])
def test_resolve_finds_a_page(client: Client, site_tree: SiteTree, path: str) -> None:
    data = get(client, "/pages/resolve", path=path)
    assert (data["kind"], data["page"]["id"]) == ("page", site_tree.news["de"].pk)


def test_resolve_knows_every_language_tree(client: Client, site_tree: SiteTree) -> None:
    assert get(client, "/pages/resolve", path="/fr/")["page"]["id"] == site_tree.homes["fr"].pk
    found = get(client, "/pages/resolve", path="/fr/actualites/")["page"]
    assert found["id"] == site_tree.news["fr"].pk
    get(client, "/pages/resolve", 404, path="/fr/aktuelles/")


def test_resolve_follows_redirects(client: Client, site_tree: SiteTree) -> None:
    Redirect.add_redirect("/de/alt/", redirect_to=site_tree.news["de"], is_permanent=True)
    assert get(client, "/pages/resolve", path="/de/alt/") == {
        "kind": "redirect",
        "location": "/de/aktuelles/",
        "permanent": True,
    }


def test_list_filters_by_type_and_locale_newest_first(client: Client, site_tree: SiteTree) -> None:
    older = CongressPageFactory(parent=site_tree.news["de"])
    newer = CongressPageFactory(parent=site_tree.news["de"])
    french = CongressPageFactory(parent=site_tree.news["fr"])
    data = get(client, "/pages", type="cms.CongressPage", locale="de")
    assert [item["id"] for item in data["items"]] == [newer.pk, older.pk]
    assert data["count"] == 2
    everything = get(client, "/pages", type="cms.CongressPage", limit=1, offset=0)
    assert (everything["count"], everything["items"][0]["id"]) == (3, french.pk)
    beyond = get(client, "/pages", offset=1000)
    assert beyond["items"] == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"unknown": "1"}, "unknown"),
        ({"limit": "many"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"locale": "xx"}, "locale"),
        ({"type": "cms.SiteSettings"}, "type"),
        ({"type": "wagtailcore.Page"}, "type"),
        ({"type": "nonsense"}, "type"),
        ({"limit": ["1", "2"]}, "limit"),
    ],
)
def test_parameters_are_never_ignored(
    client: Client, site_tree: SiteTree, query: dict[str, Any], parameter: str
) -> None:
    response = client.get(f"{API}/pages", query)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [fault["parameter"] for fault in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize(
    "query", [{}, {"path": "de/"}, {"path": "//evil.example/"}, {"path": "/de/", "x": "1"}]
)
def test_resolve_refuses_what_is_not_a_path(client: Client, site_tree: SiteTree, query: Any) -> None:
    assert get(client, "/pages/resolve", 400, **query)["errors"][0]["parameter"] in {"path", "x"}


def test_detail_refuses_unknown_parameters(client: Client, site_tree: SiteTree) -> None:
    problem = get(client, f"/pages/{site_tree.homes['de'].pk}", 400, fields="*")
    assert problem["errors"][0]["parameter"] == "fields"


def test_unknown_page_is_a_problem_document_and_no_redirect(client: Client, site_tree: SiteTree) -> None:
    response = client.get(f"{API}/pages/999999")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response["Cache-Control"] == "no-store"


def test_answers_carry_an_etag_and_304(client: Client, site_tree: SiteTree) -> None:
    address = f"{API}/pages/{site_tree.news['de'].pk}"
    first = client.get(address)
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    site_tree.news["de"].title = "Anders"
    site_tree.news["de"].save()
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("query", [{}, {"type": "cms.CongressPage"}])
def test_list_needs_the_same_number_of_queries_for_5_and_50(
    client: Client, site_tree: SiteTree, query: dict[str, str]
) -> None:
    counts = []
    for more in (5, 40):
        for _number in range(more):
            page = CongressPageFactory(parent=site_tree.news["de"])
            translate(page, site_tree.news["fr"])
        get(client, "/pages", limit=100, **query)
        with CaptureQueriesContext(connection) as queries:
            get(client, "/pages", limit=100, **query)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_schema_is_openapi_3_1_and_names_the_pages(client: Client, db: None) -> None:
    schema = get(client, "/openapi.json")
    assert schema["openapi"].startswith("3.1")
    assert f"{API}/pages/resolve" in schema["paths"]


def test_documentation_loads_nothing_from_elsewhere(client: Client, db: None) -> None:
    page = client.get(f"{API}/docs")
    assert page.status_code == 200
    assert b"//" not in page.content.replace(b"http://www.w3.org", b"").split(b"swagger-ui-bundle")[0]


def test_unknown_address_below_api_is_a_problem_document(client: Client, site_tree: SiteTree) -> None:
    for path in ("/api/delivery/v1/nothing", "/api/delivery/v1/pages/abc/def", "/api/nothing"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/pages", "/pages/resolve?path=/de/", "/pages/999999", "/openapi.json"])
def test_head_answers_as_get_without_a_body(client: Client, site_tree: SiteTree, path: str) -> None:
    got = client.get(f"{API}{path}")
    head = client.head(f"{API}{path}")
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head["Content-Length"] == str(len(got.content))
    for name in ("Content-Type", "ETag", "Cache-Control"):
        assert head.get(name) == got.get(name)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_would_change_something_is_refused(site_tree: SiteTree, method: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, f"{API}/pages")
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json()["status"] == 405


def test_scripts_of_other_origins_are_told_that_they_may_read(client: Client, site_tree: SiteTree) -> None:
    response = client.options(f"{API}/pages", headers={"origin": "https://other.example"})
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"

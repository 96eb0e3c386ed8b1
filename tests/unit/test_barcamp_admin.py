"""Writing a report in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from barcamp_pages.blocks import GuestBlock, IdeaBlock, PlenaryBlock, RoundBlock, ThanksBlock
from barcamp_pages.models import BarcampReportPage
from tests.factories.barcamps import report
from tests.factories.pages import SiteTree

EMPTY_ROUND = {"title": "Runde 1", "note": "", "tables": streamfield([])}


def table(topic: str) -> dict[str, Any]:
    return {
        "topic": topic,
        "question": "",
        "notes": rich_text("<p>Gut besucht.</p>"),
        "results": streamfield([("item", "Ein Stand auf dem Markt")]),
        "open_questions": streamfield([]),
    }


def round_of(*topics: str, **fields: str) -> tuple[str, dict[str, Any]]:
    tables = streamfield([("item", table(topic)) for topic in topics])
    return "round", {**EMPTY_ROUND, "tables": tables, **fields}


def form(rounds: list[Any], **fields: Any) -> dict[str, Any]:
    """What the editor's browser sends."""
    empty = {name: streamfield([]) for name in ("body", "ideas", "guests", "thanks", "gallery")}
    data = {
        "title": "BarCamp im November",
        "slug": "barcamp",
        "starts_at": "2025-11-25 00:00",
        "date_precision": "day",
        "time_zone": "Europe/Berlin",
        "participants_count": "30",
        "participants_qualifier": "about",
        "announce": "first",
        "rounds": streamfield(rounds),
        "comments": inline_formset([]),
    }
    sent: dict[str, Any] = nested_form_data({**empty, **data, **fields})
    return sent


def create(client: Client, tree: SiteTree, data: dict[str, Any]) -> Any:
    url = reverse("wagtailadmin_pages:add", args=("barcamp_pages", "barcampreportpage", tree.news["de"].pk))
    return client.post(url, data)


def errors(response: Any) -> Any:
    assert response.status_code == 200
    return response.context["form"].errors


def test_editor_creates_a_draft_with_rounds(admin_client: Client, site_tree: SiteTree) -> None:
    unrecorded = ("round", {**EMPTY_ROUND, "title": "Runde 2", "topics_not_recorded": "on"})
    response = create(admin_client, site_tree, form([round_of("Mitglieder", "Frei"), unrecorded]))
    assert response.status_code == 302
    page = BarcampReportPage.objects.get(alias_of=None)
    assert not page.live
    assert page.participants.number == 30
    first, second = (block.value for block in page.rounds)
    assert [one["topic"] for one in first["tables"]] == ["Mitglieder", "Frei"]
    assert list(first["tables"][0]["results"]) == ["Ein Stand auf dem Markt"]
    assert "Gut besucht." in str(first["tables"][0]["notes"])
    assert second["topics_not_recorded"]


def test_editor_edits_and_publishes(admin_client: Client, site_tree: SiteTree) -> None:
    page = report(site_tree.news["de"])
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert admin_client.get(url).status_code == 200
    sent = form([round_of("Frei")], title="Neu", **{"action-publish": "1"})
    assert admin_client.post(url, sent).status_code == 302
    page.refresh_from_db()
    assert (page.live, page.title) == (True, "Neu")


def test_round_without_tables_and_mark_is_refused_at_publication_only(
    admin_client: Client, site_tree: SiteTree
) -> None:
    empty = [("round", EMPTY_ROUND)]
    refused = create(admin_client, site_tree, form(empty, **{"action-publish": "1"}))
    assert list(errors(refused)) == ["rounds"]
    assert create(admin_client, site_tree, form(empty)).status_code == 302


def test_round_with_tables_and_mark_is_refused(admin_client: Client, site_tree: SiteTree) -> None:
    both = form([round_of("Frei", topics_not_recorded="on")])
    assert list(errors(create(admin_client, site_tree, both))) == ["rounds"]


def test_qualifier_without_number_is_refused(admin_client: Client, site_tree: SiteTree) -> None:
    half = form([], participants_count="")
    assert list(errors(create(admin_client, site_tree, half))) == ["participants_qualifier"]


def test_preview_shows_the_draft(admin_client: Client, site_tree: SiteTree) -> None:
    page = report(site_tree.news["de"])
    url = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    assert admin_client.post(url, form([round_of("Noch nicht öffentlich")])).json()["is_valid"]
    assert "Noch nicht öffentlich" in admin_client.get(url).content.decode()


def test_listing_shows_reports_with_date_and_count(admin_client: Client, site_tree: SiteTree) -> None:
    page = report(site_tree.news["de"])
    content = admin_client.get(reverse("barcamp_reports:index")).content.decode()
    assert page.title in content
    assert str(page.participants_count) in content


@pytest.mark.parametrize("block", [RoundBlock, PlenaryBlock, IdeaBlock, GuestBlock, ThanksBlock])
def test_block_preview_can_be_shown(admin_client: Client, block: Any) -> None:
    made = block()
    response = admin_client.get(reverse("wagtailadmin_block_preview"), {"id": made.definition_prefix})
    assert response.status_code == 200
    assert made.is_previewable
    assert "report" in response.content.decode()

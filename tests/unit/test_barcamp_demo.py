"""The demo's report is there as a draft in both languages."""

from __future__ import annotations

import pytest

from barcamp_pages import demo as barcamp_demo
from barcamp_pages.models import BarcampReportPage
from cms.demo import content
from cms.demo.content import DemoSite
from tests.factories.barcamps import publish


@pytest.fixture
def demo(db: None) -> DemoSite:
    site = DemoSite()
    content.load(site)
    barcamp_demo.load(site)
    return site


def test_demo_holds_two_linked_drafts_to_be_announced(demo: DemoSite) -> None:
    pages = list(BarcampReportPage.objects.order_by("locale__language_code"))
    assert [page.language for page in pages] == ["de", "fr"]
    assert len({page.translation_key for page in pages}) == 1
    assert {(page.live, page.announce) for page in pages} == {(False, "first")}
    assert [page.get_parent().specific for page in pages] == [demo.news["de"], demo.news["fr"]]
    assert [(draft.language, draft.page_id) for draft in demo.drafts] == [
        (page.language, page.pk) for page in pages
    ]


def test_demo_drafts_can_be_published_as_they_are(demo: DemoSite) -> None:
    for page in BarcampReportPage.objects.all():
        latest = page.get_latest_revision_as_object()
        latest.full_clean()
        for name in ("body", "rounds", "ideas", "guests", "thanks"):
            stream = getattr(latest, name)
            assert stream.stream_block.clean(stream)


def test_second_run_changes_nothing_and_names_what_is_still_a_draft(demo: DemoSite) -> None:
    publish(BarcampReportPage.objects.get(locale__language_code="de"))
    before = list(BarcampReportPage.objects.values())
    demo.drafts.clear()
    barcamp_demo.load(demo)
    assert list(BarcampReportPage.objects.values()) == before
    assert [draft.language for draft in demo.drafts] == ["fr"]

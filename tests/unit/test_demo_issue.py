"""The demo's newsletter issue: two linked drafts that can be published as they are."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from tasks.announcements.route import route_due
from tasks.newsletter.issues.models import NewsletterIssuePage
from tasks.newsletter.models import Campaign, Delivery
from tasks.newsletter.preview import parts_of
from tests.factories.publishing import publish


@pytest.fixture
def issues(db: None) -> dict[str, NewsletterIssuePage]:
    call_command("load_demo", json=True)
    return {page.language: page for page in NewsletterIssuePage.objects.all()}


def test_drafts_are_linked_valid_and_tell_of_live_pages(issues) -> None:
    assert set(issues) == {"de", "fr"}
    assert len({page.translation_key for page in issues.values()}) == 1
    for page in issues.values():
        latest = page.get_latest_revision_as_object()
        latest.full_clean()
        latest.body.stream_block.clean(latest.body)
        assert not latest.live
        # The report of the BarCamp is a draft as well: its teaser comes once it is live.
        assert [piece.kind for piece in latest.pieces()] == [
            "text", "heading", "text", "heading", "event", "divider", "teaser", "button",
        ]  # fmt: skip
    assert "10. April 2026" in parts_of(issues["de"], "de").text
    assert "Haus der Jugend" in parts_of(issues["fr"], "fr").html


def test_publishing_writes_to_those_who_want_mails_at_once(issues, settings) -> None:
    settings.ANTENNE_UNDO_SECONDS = 0
    publish(issues["de"])
    route_due()
    written = set(Delivery.objects.values_list("address", flat=True))
    assert written == {"anna@example.org", "bernd@example.org", "iris@example.org"}
    assert Campaign.objects.get(language="en").excluded == {"digest": 1}

"""Changes of pages are told to endpoints: which, when, and in what order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer
from wagtail.models import PageViewRestriction

from tasks import outbox
from tasks.ledger.models import State
from tasks.social.models import SocialAccount
from tasks.social.webhook.changes import resume_lost
from tasks.social.webhook.models import WebhookCall
from tests.doubles.webhook_endpoint import WebhookWorld
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(httpserver: HTTPServer, db: None) -> Iterator[WebhookWorld]:
    made = WebhookWorld(httpserver)
    yield made
    made.proxy.close()


@pytest.fixture
def listening(world: WebhookWorld) -> WebhookWorld:
    """It wants to hear of every change."""
    SocialAccount.objects.update(options={"every_change": True}, by_default=False)
    return world


def told(world: WebhookWorld) -> list[tuple[str, Any]]:
    """What the endpoint has heard of pages since, once all is sent."""
    WebhookCall.objects.filter(state=State.PENDING).update(next_try_at=timezone.now())
    world.endpoint.events.clear()
    outbox.social(10)
    return [(event["type"], event["data"].get("url")) for event in world.endpoint.events.values()]


def test_every_change_of_a_page_is_told(listening: WebhookWorld, site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], slug="eins"))
    assert told(listening) == [("page.published", page.full_url)]
    page = publish(page, slug="zwei")
    assert told(listening) == [("page.published", page.full_url)]
    page.unpublish()
    assert told(listening) == [("page.unpublished", None)]


def test_an_endpoint_that_was_switched_off_meanwhile_is_told_nothing(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    publish(draft(site_tree.news["de"]))
    SocialAccount.objects.update(active=False)
    assert told(listening) == []
    assert WebhookCall.objects.get().state == State.SUPPRESSED


def test_every_endpoint_hears_of_a_change(listening: WebhookWorld, site_tree: SiteTree) -> None:
    SocialAccount.objects.create(
        name="Other",
        channel="webhook",
        server=listening.account.server,
        credentials=listening.account.credentials,
        options={"every_change": True},
    )
    page = publish(draft(site_tree.news["de"]))
    assert told(listening) == [("page.published", page.full_url)] * 2


def test_a_newer_call_that_the_operator_stopped_does_not_stop_the_older(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    page = publish(draft(site_tree.news["de"]))
    WebhookCall.objects.update(state=State.DEFERRED, attempts=1, worker="w")
    page = publish(page, title="Kongress")
    WebhookCall.objects.filter(attempts=0).update(state=State.SUPPRESSED)
    WebhookCall.objects.filter(attempts=1).update(next_try_at=timezone.now())
    assert told(listening) == [("page.published", page.full_url)]


def test_changes_in_quick_succession_are_told_once(listening: WebhookWorld, site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"]))
    for number in range(3):
        page = publish(page, title=f"Titel {number}")
    assert WebhookCall.objects.count() == 1
    assert len(told(listening)) == 1


def test_nothing_of_a_draft_or_a_private_page_is_told(listening: WebhookWorld, site_tree: SiteTree) -> None:
    page = draft(site_tree.news["de"], title="Geheim")
    assert told(listening) == []
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    publish(page)
    assert told(listening) == [("page.published", None)]
    assert "Geheim" not in str(WebhookCall.objects.get().data)


def test_a_page_that_is_deleted_is_told_as_deleted_and_a_draft_is_not_told(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    draft(site_tree.news["de"]).delete()
    assert told(listening) == []
    page = publish(draft(site_tree.news["de"]))
    told(listening)
    page.delete()
    assert told(listening) == [("page.deleted", None)]


def test_a_page_that_moves_is_told_with_its_new_address(listening: WebhookWorld, site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"]))
    told(listening)
    page.move(site_tree.homes["de"], pos="last-child")
    assert told(listening) == [("page.moved", type(page).objects.get(pk=page.pk).full_url)]


def test_a_call_that_had_to_wait_does_not_tell_the_old_state_last(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    page = publish(draft(site_tree.news["de"]))
    listening.answer(503)
    assert told(listening) == []
    page.unpublish()
    WebhookCall.objects.update(next_try_at=timezone.now())
    assert told(listening) == [("page.unpublished", None)]
    states = dict(WebhookCall.objects.values_list("event", "state"))
    assert states == {"page.published": State.SUPPRESSED, "page.unpublished": State.SENT}


def test_a_change_is_not_put_into_a_call_that_may_have_arrived(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    page = publish(draft(site_tree.news["de"]))
    WebhookCall.objects.update(state=State.UNKNOWN, worker="dead")
    resume_lost(9)
    page.unpublish()
    assert WebhookCall.objects.count() == 2
    assert told(listening) == [("page.unpublished", None)]


def test_a_call_of_a_dead_worker_is_sent_again_but_not_for_ever(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    publish(draft(site_tree.news["de"]))
    WebhookCall.objects.update(state=State.UNKNOWN, worker="dead")
    assert resume_lost(9) == 1
    WebhookCall.objects.update(state=State.UNKNOWN, attempts=9)
    assert resume_lost(9) == 0


def test_a_page_made_private_while_its_call_waits_is_told_by_its_number(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    page = publish(draft(site_tree.news["de"], title="Geheim"))
    hidden = PageViewRestriction(page=page, restriction_type=PageViewRestriction.LOGIN)
    PageViewRestriction.objects.bulk_create([hidden])  # which no receiver hears of
    assert told(listening) == [("page.published", None)]


def test_every_call_ends_in_a_state_and_the_operator_can_stop_them(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    publish(draft(site_tree.news["de"]))
    outbox.suppress()
    assert told(listening) == []
    assert WebhookCall.objects.get().state == State.SUPPRESSED


def test_a_lost_reply_is_sent_again_under_the_same_identifier(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    publish(draft(site_tree.news["de"]))
    listening.lose_reply()
    assert len(told(listening)) == 1
    call = WebhookCall.objects.get()
    assert (call.state, call.attempts) == (State.DEFERRED, 1)
    WebhookCall.objects.update(next_try_at=timezone.now())
    outbox.social(10)
    call.refresh_from_db()
    assert (call.state, len(listening.endpoint.events)) == (State.SENT, 1)

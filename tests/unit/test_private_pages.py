"""A page that is made private is for readers of the announcement as if it had left."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.models import Delivery
from tasks.social.models import Post, SocialAccount
from tasks.social.noticeboard.models import Notice
from tasks.social.posts.sending import send_posts
from tasks.social.posts.withdrawing import delete_withdrawn
from tasks.social.webhook.models import WebhookCall
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import account
from tests.factories.subscribers import subscriber


@pytest.fixture
def board(db: None) -> SocialAccount:
    return account("noticeboard")


@pytest.fixture
def page(site_tree: SiteTree, board: SocialAccount) -> Any:
    subscriber("de")
    made = publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    return made


def hide(page: Page) -> PageViewRestriction:
    """As the editor's “privacy” dialogue does it."""
    return PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


@pytest.mark.parametrize("above", [False, True])
def test_what_waits_is_not_sent(page: Any, site_tree: SiteTree, above: bool) -> None:
    hide(site_tree.news["de"] if above else page)
    for row in (Post.objects.get(), Delivery.objects.get()):
        assert row.state == State.SUPPRESSED
        assert row.detail == "Die Seite ist nicht öffentlich."


@pytest.mark.parametrize("above", [False, True])
def test_what_is_out_is_withdrawn(page: Any, site_tree: SiteTree, above: bool) -> None:
    send_posts(5)
    assert Notice.objects.exists()
    hide(site_tree.news["de"] if above else page)
    assert delete_withdrawn(5) == 1
    assert not Notice.objects.exists()
    assert Post.objects.get().withdrawn_at


def test_an_account_that_keeps_its_posts_keeps_them(page: Any) -> None:
    SocialAccount.objects.update(withdraw=False)
    send_posts(5)
    hide(page)
    assert delete_withdrawn(5) == 0
    assert Notice.objects.exists()


def test_others_are_left_alone(page: Any, site_tree: SiteTree) -> None:
    other = publish(draft(site_tree.news["de"], title="Anderes"))
    route_due()
    hide(other)
    assert Post.objects.filter(state=State.PENDING).count() == 1


def test_public_again_is_no_news(page: Any) -> None:
    send_posts(5)
    restriction = hide(page)
    delete_withdrawn(5)
    restriction.delete()
    route_due()
    send_posts(5)
    assert not Notice.objects.exists()
    assert Post.objects.count() == 1


def test_front_ends_hear_of_it_without_learning_more(page: Any, site_tree: SiteTree) -> None:
    account("webhook", server="https://a.example", options={"every_change": True}, by_default=False)
    restriction = hide(site_tree.news["de"])
    told = WebhookCall.objects.get(page_ref=page.pk)
    assert (told.event, told.data) == ("page.unpublished", {"id": page.pk})
    WebhookCall.objects.update(state=State.SENT, sent_at=timezone.now())
    restriction.delete()
    again = WebhookCall.objects.filter(page_ref=page.pk).latest("pk")
    assert (again.event, again.data["title"]) == ("page.published", "Kongress")

"""Posts for places without an API: prepared here, posted by a person."""

from __future__ import annotations

from typing import Any

import pytest

from tasks import outbox
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.models import Post
from tasks.social.posts.by_hand import mark_posted
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import account

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(site_tree: SiteTree) -> Any:
    account("assisted", options={"place": "WhatsApp", "max_length": 200})
    made = publish(draft(site_tree.news["de"], title="Kongress", lead="lang " * 200))
    route_due()
    for _turn in range(3):
        outbox.social(5)
    return made


def test_it_waits_for_a_person_with_a_text_that_fits(page: Any) -> None:
    post = Post.objects.get()
    assert (post.state, post.next_try_at, post.attempts) == (State.DEFERRED, None, 0)
    assert len(post.text) <= 200
    assert page.full_url in post.text


def test_a_person_says_that_it_is_posted(page: Any) -> None:
    post = Post.objects.get()
    assert mark_posted(post, "https://whatsapp.example/1")
    post.refresh_from_db()
    assert (post.state, post.remote_url) == (State.SENT, "https://whatsapp.example/1")
    assert post.sent_at
    assert not mark_posted(post)


def test_it_is_not_wanted_any_more_once_the_page_has_left(page: Any) -> None:
    page.unpublish()
    outbox.social(5)
    assert Post.objects.get().state == State.SUPPRESSED


def test_what_was_posted_by_hand_cannot_be_withdrawn_and_that_is_said(page: Any) -> None:
    mark_posted(Post.objects.get())
    page.unpublish()
    outbox.social(5)
    post = Post.objects.get()
    assert (post.state, post.withdrawn_at) == (State.SENT, None)
    assert "von Hand" in post.detail


def test_a_post_of_a_service_is_not_marked_by_hand(site_tree: SiteTree) -> None:
    account("noticeboard")
    publish(draft(site_tree.news["de"]))
    route_due()
    Post.objects.update(state=State.DEFERRED)
    assert not mark_posted(Post.objects.get())

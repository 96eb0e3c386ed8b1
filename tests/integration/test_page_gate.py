"""Nothing is posted before its page answers with a social card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer

from tasks.announcements.models import AnnouncementVersion
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.models import Post
from tasks.social.noticeboard.models import Notice
from tasks.social.posts.gate import not_ready
from tasks.social.posts.sending import send_posts
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import account

pytestmark = pytest.mark.django_db
CARD = '<html><head><meta property="og:title" content="Kongress"></head><body>'


@pytest.fixture(autouse=True)
def gate(settings: Any) -> None:
    settings.ANTENNE_PAGE_GATE = True


@pytest.fixture
def post(site_tree: SiteTree, httpserver: HTTPServer) -> Post:
    """Its page is at ``/kongress/`` of the server."""
    account("noticeboard")
    publish(draft(site_tree.news["de"]))
    route_due()
    version: Any = AnnouncementVersion.objects.get()
    version.snapshot["url"] = httpserver.url_for("/kongress/")
    version.save()
    return Post.objects.get()


def test_a_page_with_a_card_is_ready(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data(CARD, content_type="text/html")
    assert not_ready(httpserver.url_for("/a")) == ""


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (CARD, 404, "404"),
        (CARD, 302, "302"),
        (CARD, 503, "503"),
        ("<html><head><title>Kongress</title></head>", 200, "og:title"),
        ('<meta property="og:title" content=" ">', 200, "og:title"),
        ("", 200, "og:title"),
        (f"<head>{'x' * 600_000}</head>{CARD}", 200, "og:title"),
    ],
)
def test_a_page_is_not_ready_without_an_answer_or_a_card(
    httpserver: HTTPServer, body: str, status: int, reason: str
) -> None:
    httpserver.expect_request("/a").respond_with_data(body, status=status, content_type="text/html")
    assert reason in not_ready(httpserver.url_for("/a"))


def test_a_page_that_nobody_serves_is_not_ready() -> None:
    assert "antwortet nicht" in not_ready("http://127.0.0.1:1/a")


def test_a_post_waits_for_its_page_and_then_goes_out(post: Post, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/kongress/").respond_with_data("", status=404)
    httpserver.expect_ordered_request("/kongress/").respond_with_data(CARD)
    send_posts(5)
    post.refresh_from_db()
    assert (post.state, post.attempts, post.detail) == (State.DEFERRED, 0, "Die Seite antwortet mit 404.")
    assert timedelta(seconds=1) < post.next_try_at - timezone.now() <= timedelta(seconds=15)
    assert not Notice.objects.exists()
    Post.objects.update(next_try_at=timezone.now())
    send_posts(5)
    post.refresh_from_db()
    assert (post.state, post.detail) == (State.SENT, "")


def test_a_page_that_never_answers_is_given_up_after_two_days(post: Post) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    Post.objects.update(created_at=long_ago)
    AnnouncementVersion.objects.update(live_at=long_ago)
    send_posts(5)
    post.refresh_from_db()
    assert post.state == State.FAILED


@pytest.mark.parametrize(
    ("age", "wait"), [(timedelta(0), 15), (timedelta(minutes=8), 120), (timedelta(hours=5), 300)]
)
def test_the_older_a_post_the_longer_it_waits(post: Post, age: timedelta, wait: float) -> None:
    then = timezone.now() - age
    Post.objects.update(created_at=then)
    AnnouncementVersion.objects.update(live_at=then)
    send_posts(5)
    post.refresh_from_db()
    assert (post.next_try_at - timezone.now()).total_seconds() == pytest.approx(wait, abs=10)


def test_a_post_that_is_older_than_its_page_waits_for_it(post: Post) -> None:
    """It was made when the page went live for the first time."""
    Post.objects.update(created_at=timezone.now() - timedelta(days=3))
    send_posts(5)
    post.refresh_from_db()
    assert post.state == State.DEFERRED


def test_the_sites_own_pages_are_ready(site_tree: SiteTree, live_server: Any) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    path = page.get_url_parts()[2]
    assert not_ready(f"{live_server.url}{path}") == ""

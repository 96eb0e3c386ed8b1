"""From a page to its post on a service and back, as the worker does it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from wagtail.models import Page

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.models import Post
from tasks.social.posts.editing import edit_due
from tasks.social.posts.sending import send_posts
from tasks.social.posts.withdrawing import delete_withdrawn
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish

ROUNDS = 10
SECONDS = 20


def published(tree: SiteTree, **fields: Any) -> Any:
    """A new page in German, whose posts are about to go out."""
    page = publish(draft(tree.news["de"], **fields))
    route_due()
    return page


def post_page(parent: Page, **fields: Any) -> Any:
    """A new page whose posts are all out."""
    return post_ready(draft(parent, **fields))


def post_ready(page: Page) -> Any:
    """``page``, published, with all its posts out. A service may be busy for some rounds."""
    page = publish(page)
    route_due()
    for _round in range(ROUNDS):
        Post.objects.filter(state=State.DEFERRED).update(next_try_at=timezone.now())
        send_posts(SECONDS)
        if not Post.objects.exclude(state=State.SENT).exists():
            return page
    raise AssertionError(list(Post.objects.values_list("account_name", "state", "detail")))


def bring_up_to_date() -> None:
    """Every post as its page is now."""
    edit_due(SECONDS)
    left = Post.objects.filter(edit_requested_at__isnull=False)
    assert not left.exists(), list(left.values_list("account_name", "detail"))


def withdraw() -> None:
    """Nothing left of what is to be withdrawn."""
    delete_withdrawn(SECONDS)
    left = Post.objects.filter(withdraw_requested_at__isnull=False, withdrawn_at=None)
    assert not left.exists(), list(left.values_list("account_name", "detail"))

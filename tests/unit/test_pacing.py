"""When an account may post next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.models import Post, SocialAccount
from tasks.social.posts.sending import send_posts
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import account

pytestmark = pytest.mark.django_db


def waits(site_tree: SiteTree, *before: tuple[State, timedelta], **limits: Any) -> timedelta | None:
    """How long a new post waits after earlier ones in these states, tried so long ago; None: not at all."""
    account("noticeboard", **limits)
    for number in range(len(before) + 1):
        publish(draft(site_tree.news["de"], title=f"Kongress {number}"))
    route_due()
    *earlier, new = Post.objects.order_by("pk")
    for post, (state, ago) in zip(earlier, before, strict=True):
        Post.objects.filter(pk=post.pk).update(state=state, tried_at=timezone.now() - ago)
    send_posts(5)
    new.refresh_from_db()
    if new.state == State.SENT:
        return None
    assert new.state == State.DEFERRED
    return new.next_try_at - timezone.now()


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize("state", [State.SENT, State.SENDING, State.UNKNOWN])
def test_what_may_be_out_takes_a_turn(site_tree: SiteTree, state: State) -> None:
    assert waits(site_tree, (state, HOUR), daily_cap=1)


@pytest.mark.parametrize("state", [State.FAILED, State.SUPPRESSED])
def test_what_is_not_out_takes_none(site_tree: SiteTree, state: State) -> None:
    assert waits(site_tree, (state, HOUR), daily_cap=1) is None


def test_the_next_turn_is_a_day_after_the_first_of_those_that_fill_the_day(site_tree: SiteTree) -> None:
    before = [(State.SENT, 23 * HOUR), (State.SENT, 20 * HOUR), (State.SENT, HOUR)]
    wait = waits(site_tree, *before, daily_cap=2)
    assert wait == pytest.approx(4 * HOUR, abs=MINUTE)


@pytest.mark.parametrize(
    ("cap", "gap", "expected"), [(1, 10, 23 * HOUR), (1, 90, 23 * HOUR), (2, 90, 30 * MINUTE)]
)
def test_both_limits_hold(site_tree: SiteTree, cap: int, gap: int, expected: timedelta) -> None:
    wait = waits(site_tree, (State.SENT, HOUR), daily_cap=cap, min_gap=gap)
    assert wait == pytest.approx(expected, abs=MINUTE)


def test_an_account_without_limits_posts_at_once(site_tree: SiteTree) -> None:
    assert waits(site_tree, (State.SENT, MINUTE), daily_cap=0, min_gap=0) is None


def test_an_account_that_was_switched_off_posts_nothing(site_tree: SiteTree) -> None:
    account("noticeboard")
    publish(draft(site_tree.news["de"]))
    route_due()
    SocialAccount.objects.update(active=False)
    send_posts(5)
    assert Post.objects.get().state == State.SUPPRESSED

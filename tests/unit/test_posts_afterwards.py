"""Withdrawing posts that are out, and looking for those of which nobody knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from tasks.announcements.models import Announcement
from tasks.announcements.route import route_due
from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.social.channel import (
    AuthFailed,
    Capabilities,
    Gone,
    Published,
    Retryable,
)
from tasks.social.models import Post, SocialAccount
from tasks.social.posts import turns
from tasks.social.posts.looking import look_for_unknown
from tasks.social.posts.sending import found, send_posts
from tasks.social.posts.withdrawing import BY_HAND, OUT_OF_REACH, delete_withdrawn
from tests.doubles import scripted_channel
from tests.doubles.scripted_channel import ScriptedChannel
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish

LONG = "x" * 600


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedChannel]:
    return scripted_channel.install(monkeypatch)


@pytest.fixture
def post(site_tree: SiteTree) -> Post:
    SocialAccount.objects.create(name="Brett", channel="noticeboard")
    publish(draft(site_tree.news["de"], title="Kongress", lead="Zwei Tage."))
    route_due()
    return Post.objects.get()


@pytest.fixture
def many(site_tree: SiteTree, scripted) -> list[Post]:
    """Three posts that are out, oldest first; their ids on the service are 1, 2 and 3."""
    SocialAccount.objects.create(name="Brett", channel="noticeboard")
    for _number in range(3):
        publish(draft(site_tree.news["de"]))
    route_due()
    send_posts(5)
    for number, row in enumerate(found := list(Post.objects.order_by("pk")), start=1):
        Post.objects.filter(pk=row.pk).update(remote_id=str(number))
    return found


def all_unknown() -> None:
    Post.objects.update(state=State.UNKNOWN, remote_id="")


def all_to_be_withdrawn() -> None:
    Post.objects.update(withdraw_requested_at=timezone.now())


def test_withdrawing_and_looking_stop_in_time(many: list[Post], scripted) -> None:
    scripted.seconds = 0.2
    all_to_be_withdrawn()
    assert delete_withdrawn(0.1) == 1
    all_unknown()
    look_for_unknown(0.1)
    assert len(scripted.asked) == 1


def test_what_fails_does_not_hold_up_the_others_for_ever(many: list[Post], scripted, monkeypatch) -> None:
    monkeypatch.setattr(turns, "ROUND", 1)
    scripted.withdrawing = Retryable("busy", 503)
    all_to_be_withdrawn()
    for _number in range(3):
        assert delete_withdrawn(5) == 0
    assert sorted(scripted.deleted) == ["1", "2", "3"]
    scripted.withdrawing = None
    assert sum(delete_withdrawn(5) for _number in range(3)) == 3


def test_end_of_the_tasks_time_is_never_swallowed(many: list[Post], scripted) -> None:
    scripted.withdrawing = scripted.remote = scripted.answer = SoftTimeLimitExceeded()
    all_to_be_withdrawn()
    with pytest.raises(SoftTimeLimitExceeded):
        delete_withdrawn(5)
    all_unknown()
    with pytest.raises(SoftTimeLimitExceeded):
        look_for_unknown(5)
    Post.objects.update(state=State.PENDING)
    with pytest.raises(SoftTimeLimitExceeded):
        send_posts(5)
    assert Post.objects.filter(state=State.SENDING).count() == 1


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN])
def test_post_on_its_way_is_withdrawn_once_it_is_known_to_be_out(
    site_tree: SiteTree, scripted, state: State
) -> None:
    SocialAccount.objects.create(name="Brett", channel="noticeboard")
    page = publish(draft(site_tree.news["de"]))
    route_due()
    (row,) = claims.claim(Post.objects.all(), "w", 1)
    assert claims.begin(row, "w")
    Post.objects.update(state=state)
    page.unpublish()
    assert delete_withdrawn(5) == 0
    assert scripted.deleted == []
    assert claims.finish(row, "w", found(Published("7", "https://social.example/7")))
    assert delete_withdrawn(5) == 1
    assert scripted.deleted == ["7"]


def test_a_post_that_is_gone_already_counts_as_withdrawn(many: list[Post], scripted) -> None:
    scripted.withdrawing = Gone("deleted by hand", 404)
    all_to_be_withdrawn()
    assert delete_withdrawn(5) == 3
    assert not Post.objects.filter(withdrawn_at=None).exists()


def test_what_a_service_cannot_delete_is_left_there_and_said_once(
    many: list[Post], scripted, monkeypatch
) -> None:
    monkeypatch.setattr(ScriptedChannel, "capabilities", Capabilities(delete=False))
    all_to_be_withdrawn()
    assert delete_withdrawn(5) == 0
    assert scripted.deleted == []
    said = Post.objects.values_list("detail", "withdraw_requested_at", "withdrawn_at")
    assert set(said) == {(str(BY_HAND), None, None)}


def test_post_that_is_refused_after_all_is_not_to_be_withdrawn(site_tree: SiteTree, scripted) -> None:
    SocialAccount.objects.create(name="Brett", channel="noticeboard")
    publish(draft(site_tree.news["de"]))
    route_due()
    all_to_be_withdrawn()
    Post.objects.update(state=State.FAILED)
    delete_withdrawn(5)
    assert Post.objects.get().withdraw_requested_at is None
    Post.objects.update(state=State.PENDING)
    all_to_be_withdrawn()
    send_posts(5)
    assert delete_withdrawn(5) == 0
    assert Post.objects.get().state == State.SENT


@pytest.mark.parametrize("missing", [{"account": None}, {"remote_id": ""}])
def test_withdrawal_out_of_reach_is_said_once_and_not_tried(many, scripted, missing: dict) -> None:
    all_to_be_withdrawn()
    Post.objects.filter(pk=many[0].pk).update(**missing)
    assert delete_withdrawn(5) == 2
    row = Post.objects.get(pk=many[0].pk)
    assert row.withdraw_requested_at
    assert not row.withdrawn_at
    assert row.detail == OUT_OF_REACH
    assert delete_withdrawn(5) == 0
    assert sorted(scripted.deleted) == ["2", "3"]
    assert Post.objects.get(pk=row.pk).updated_at == row.updated_at


@pytest.mark.parametrize(
    ("remote", "kept"),
    [
        (Published("4\x002", "https://m.example/4\x002"), ("42", "https://m.example/42")),
        (Published(LONG, f"https://m.example/{LONG}"), ("", "")),
        (Published("42", "javascript:alert(1)"), ("42", "")),
    ],
)
def test_what_another_server_answers_fits(post: Post, scripted, monkeypatch, remote, kept) -> None:
    monkeypatch.setattr(ScriptedChannel, "publish", lambda *_args, **_kwargs: remote)
    send_posts(5)
    row = Post.objects.get()
    assert (row.state, row.remote_id, row.remote_url) == (State.SENT, *kept)
    all_unknown()
    scripted.remote = remote
    assert look_for_unknown(5) == 1
    row = Post.objects.get()
    assert (row.state, row.remote_id, row.remote_url) == (State.SENT, *kept)


def test_nul_in_a_reason_is_left_out(many: list[Post], scripted) -> None:
    scripted.withdrawing = Retryable("bu\x00sy")
    all_to_be_withdrawn()
    delete_withdrawn(5)
    assert set(Post.objects.values_list("detail", flat=True)) == {"busy"}
    scripted.answer = AuthFailed("to\x00ken")
    Post.objects.update(state=State.PENDING)
    send_posts(5)
    assert SocialAccount.objects.get().trouble == "token"


def test_answer_that_is_no_post_breaks_nothing(post: Post, scripted, monkeypatch) -> None:
    monkeypatch.setattr(ScriptedChannel, "publish", lambda *_args, **_kwargs: None)
    send_posts(5)
    assert Post.objects.get().state == State.UNKNOWN
    scripted.remote = "no post"
    assert look_for_unknown(5) == 0


def test_look_does_not_fail_where_its_result_cannot_be_stored(post: Post, scripted, monkeypatch) -> None:
    def broken(*_args: object) -> bool:
        raise ValueError("cannot be stored")

    all_unknown()
    scripted.remote = Published("42", "https://m.example/42")
    monkeypatch.setattr(claims, "finish", broken)
    assert look_for_unknown(5) == 0


def test_service_is_told_what_cannot_be_the_lost_post(many: list[Post], scripted) -> None:
    Post.objects.filter(pk=many[2].pk).update(state=State.UNKNOWN, remote_id="")
    look_for_unknown(5)
    assert scripted.asked == [
        {"since": many[2].version.live_at, "known": frozenset({"1", "2"})},
    ]


def test_nothing_was_sent_before_the_end_of_the_undo_window(many: list[Post], scripted) -> None:
    later = many[2].announcement.release_at + timedelta(hours=1)
    Announcement.objects.filter(posts=many[2]).update(release_at=later)
    Post.objects.filter(pk=many[2].pk).update(state=State.UNKNOWN, remote_id="")
    look_for_unknown(5)
    assert [asked["since"] for asked in scripted.asked] == [later]


def test_posts_of_other_accounts_on_that_server_are_not_the_lost_one(many: list[Post], scripted) -> None:
    """Two of our accounts may be one there, in two languages."""
    lost, *others = many
    for post, channel in zip(others, ("noticeboard", "assisted"), strict=True):
        theirs = SocialAccount.objects.create(name=channel, channel=channel)
        Post.objects.filter(pk=post.pk).update(account=theirs, remote_id=channel)
    Post.objects.filter(pk=lost.pk).update(state=State.UNKNOWN, remote_id="")
    look_for_unknown(5)
    (asked,) = scripted.asked
    assert asked["known"] == {"noticeboard"}


def test_newer_edition_is_looked_for_first(site_tree: SiteTree, scripted) -> None:
    SocialAccount.objects.create(name="Brett", channel="noticeboard")
    page = publish(draft(site_tree.news["de"]))
    route_due()
    publish(page, announce="again")
    route_due()
    all_unknown()
    scripted.remote = Published("42", "https://m.example/42")
    assert look_for_unknown(5) == 1
    states = dict(Post.objects.values_list("announcement__edition", "state"))
    assert states == {1: State.UNKNOWN, 2: State.SENT}

"""From announcement to posts, and what becomes of a channel's every answer."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from tasks import outbox
from tasks.announcements.models import Announcement
from tasks.announcements.route import route_due
from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.social.channel import (
    AuthFailed,
    Capabilities,
    Channel,
    Gone,
    Published,
    RateLimited,
    Rejected,
    Rendered,
    Repeat,
    Retryable,
    Ticket,
    Unknown,
)
from tasks.social.models import Post, SocialAccount
from tasks.social.noticeboard.channel import NoticeboardChannel
from tasks.social.noticeboard.models import Notice
from tasks.social.posts import turns
from tasks.social.posts.looking import look_for_unknown
from tasks.social.posts.sending import found, send_posts
from tasks.social.posts.withdrawing import BY_HAND, OUT_OF_REACH, delete_withdrawn
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation


class ScriptedChannel(NoticeboardChannel):
    """Does what the test says instead of publishing."""

    capabilities = Capabilities(repeat=Repeat.FINDABLE)
    answer: Exception | None = None
    remote: Published | None = None
    withdrawing: Exception | None = None
    seconds: float = 0
    asked: list[dict] = []
    deleted: list[str] = []

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        if self.answer:
            raise self.answer
        return super().publish(rendered, account, ticket)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        time.sleep(self.seconds)
        self.asked.append({"since": ticket.since, "known": ticket.known})
        if isinstance(self.remote, Exception):
            raise self.remote
        return self.remote

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        time.sleep(self.seconds)
        self.deleted.append(remote_id)
        if self.withdrawing:
            raise self.withdrawing


@pytest.fixture
def post(site_tree: SiteTree) -> Post:
    SocialAccount.objects.create(name="Brett", channel="noticeboard")
    publish(draft(site_tree.news["de"], title="Kongress", lead="Zwei Tage."))
    route_due()
    return Post.objects.get()


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedChannel]:
    monkeypatch.setattr(SocialAccount, "get_channel", lambda account: ScriptedChannel())
    for name, value in (("answer", None), ("remote", None), ("withdrawing", None), ("seconds", 0)):
        monkeypatch.setattr(ScriptedChannel, name, value)
    monkeypatch.setattr(ScriptedChannel, "asked", [])
    monkeypatch.setattr(ScriptedChannel, "deleted", [])
    return ScriptedChannel


def test_post_goes_out_once(post: Post) -> None:
    send_posts(5)
    send_posts(5)
    post.refresh_from_db()
    assert post.state == State.SENT
    assert Notice.objects.get().text == post.text
    assert post.text.startswith("Kongress\n\nZwei Tage.\n\nhttp://testserver/de/")
    assert post.remote_url.endswith(f"#notice-{Notice.objects.get().pk}")


def test_every_account_posts_in_its_own_language(site_tree: SiteTree) -> None:
    for language in ("de", "fr", ""):
        SocialAccount.objects.create(name=f"Brett {language}", channel="noticeboard", language=language)
    page = draft(site_tree.news["de"], title="Kongress")
    french = translation(page, "fr", title="Congrès")
    publish(page)
    route_due()
    assert set(Post.objects.values_list("account_name", flat=True)) == {"Brett de", "Brett "}
    publish(french)
    route_due()
    send_posts(5)
    texts = {notice.account_name: notice.text.splitlines()[0] for notice in Notice.objects.all()}
    assert texts == {"Brett de": "Kongress", "Brett ": "Kongress", "Brett fr": "Congrès"}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Retryable("busy", 503), State.DEFERRED),
        (RateLimited("slow down", 429, after=90), State.DEFERRED),
        (Rejected("too long", 422), State.FAILED),
        (AuthFailed("token revoked", 401), State.FAILED),
        (Unknown("reply lost"), State.UNKNOWN),
        (RuntimeError("a plugin's own mistake"), State.UNKNOWN),
    ],
)
def test_each_answer_has_its_state(post: Post, scripted, answer: Exception, state: State) -> None:
    scripted.answer = answer
    send_posts(5)
    post.refresh_from_db()
    assert post.state == state
    assert str(answer) in post.detail


def test_rate_limit_is_waited_for(post: Post, scripted) -> None:
    scripted.answer = RateLimited("slow down", 429, after=90)
    before = timezone.now()
    send_posts(5)
    post.refresh_from_db()
    assert before + timedelta(seconds=89) < post.next_try_at < timezone.now() + timedelta(seconds=91)


def test_revoked_token_is_shown_at_the_account(post: Post, scripted) -> None:
    scripted.answer = AuthFailed("token revoked", 401)
    send_posts(5)
    assert SocialAccount.objects.get().trouble == "token revoked"


def test_unknown_post_is_never_sent_again_by_itself(post: Post, scripted) -> None:
    scripted.answer = Unknown("reply lost")
    send_posts(5)
    scripted.answer = None
    outbox.drain(5)
    post.refresh_from_db()
    assert post.state == State.UNKNOWN
    assert not Notice.objects.exists()


def test_unknown_post_that_the_service_has_is_found(post: Post, scripted) -> None:
    scripted.answer = Unknown("reply lost")
    send_posts(5)
    scripted.remote = Published("42", "https://social.example/42")
    outbox.social(5)
    post.refresh_from_db()
    assert (post.state, post.remote_id, post.remote_url) == (State.SENT, "42", "https://social.example/42")


def test_one_channels_fault_does_not_stop_another(site_tree: SiteTree) -> None:
    SocialAccount.objects.create(name="A", channel="not-installed")
    SocialAccount.objects.create(name="B", channel="noticeboard")
    publish(draft(site_tree.news["de"]))
    route_due()
    send_posts(5)
    states = dict(Post.objects.values_list("account_name", "state"))
    assert states == {"A": State.DEFERRED, "B": State.SENT}


def test_private_page_is_not_posted(post: Post) -> None:
    from tests.factories.pages import make_private

    make_private(post.version.page)
    send_posts(5)
    post.refresh_from_db()
    assert post.state == State.SUPPRESSED
    assert not Notice.objects.exists()


def test_account_added_later_does_not_post_what_was_settled(post: Post) -> None:
    SocialAccount.objects.create(name="Neu", channel="noticeboard")
    outbox.sweep()
    assert Post.objects.count() == 1


def test_account_connected_later_does_not_post_what_still_waits(site_tree: SiteTree) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    route_due()
    SocialAccount.objects.create(name="Nouveau", channel="noticeboard", language="fr")
    publish(french)
    route_due()
    assert not Post.objects.exists()


def test_later_translation_of_old_news_is_not_posted_by_a_newer_account(site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"]))
    route_due()
    assert Announcement.objects.get().settled_at is not None
    SocialAccount.objects.create(name="Nouveau", channel="noticeboard", language="fr")
    publish(translation(page, "fr"))
    route_due()
    assert Announcement.objects.get().versions.count() == 2
    assert not Post.objects.exists()


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


LONG = "x" * 600


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


def test_account_that_posts_again_is_not_in_trouble_any_more(post: Post) -> None:
    SocialAccount.objects.update(trouble="token revoked")
    send_posts(5)
    assert SocialAccount.objects.get().trouble == ""


def test_every_registered_channel_is_a_channel() -> None:
    from cms.plugins import registry

    channels = registry().channels()
    assert {"mastodon", "noticeboard"} <= set(channels)
    assert all(issubclass(channel, Channel) for channel in channels.values())

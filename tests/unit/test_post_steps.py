"""What becomes of posts that wait: for their page, their turn, the service, a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social import signals
from tasks.social.channel import (
    Capabilities,
    Pending,
    Published,
    Rejected,
    Repeat,
    Retryable,
    Ticket,
    Unknown,
)
from tasks.social.models import Post, PostPlan, SocialAccount
from tasks.social.noticeboard.channel import NoticeboardChannel
from tasks.social.noticeboard.models import Notice
from tasks.social.posts.drafts import draft_of
from tasks.social.posts.looking import look_for_unknown
from tasks.social.posts.sending import send_posts
from tasks.social.values import Rendered
from tests.factories.pages import SiteTree
from tests.factories.posting import published
from tests.factories.publishing import draft, publish
from tests.factories.social import account, content, picture

pytestmark = pytest.mark.django_db


class PatientChannel(NoticeboardChannel):
    """Answers with what the test put down, one after the other."""

    capabilities = Capabilities(repeat=Repeat.HARMLESS)
    answers: list[Any] = []
    checks: list[Any] = []
    seen: list[Ticket] = []

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published | Pending:
        self.seen.append(ticket)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def check(self, account: SocialAccount, ticket: Ticket) -> Published | Pending | None:
        return self.checks.pop(0)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> type[PatientChannel]:
    monkeypatch.setattr(SocialAccount, "get_channel", lambda account: PatientChannel())
    for name in ("answers", "checks", "seen"):
        monkeypatch.setattr(PatientChannel, name, [])
    return PatientChannel


def due_now() -> None:
    Post.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))


def test_what_the_service_is_busy_with_is_asked_for_and_then_goes_on(site_tree: SiteTree, patient) -> None:
    account("noticeboard")
    published(site_tree)
    done = Published("7", "https://social.example/7")
    patient.answers[:] = [Pending({"media": "m1"}, 30), done]
    patient.checks[:] = [Pending({"media": "m1"}, 30), None]
    send_posts(5)
    post = Post.objects.get()
    assert (post.state, post.progress, post.attempts) == (State.DEFERRED, {"media": "m1"}, 0)
    due_now()
    send_posts(5)
    assert (Post.objects.get().state, len(patient.seen)) == (State.DEFERRED, 1)
    due_now()
    send_posts(5)
    assert [dict(ticket.state) for ticket in patient.seen] == [{}, {"media": "m1"}]
    post.refresh_from_db()
    assert (post.state, post.remote_id, post.progress) == (State.SENT, "7", {})


def test_what_a_person_has_to_do_waits_for_ever(site_tree: SiteTree, patient) -> None:
    account("noticeboard")
    published(site_tree)
    patient.answers[:] = [Pending({}, None)]
    send_posts(5)
    post = Post.objects.get()
    assert (post.state, post.next_try_at, post.detail) == (State.DEFERRED, None, "Es wartet auf Sie.")
    assert not send_posts(5)
    assert len(patient.seen) == 1


def test_a_lost_reply_is_sent_again_where_that_is_harmless(site_tree: SiteTree, patient) -> None:
    account("noticeboard")
    published(site_tree)
    patient.answers[:] = [Unknown("lost"), Published("7", "https://social.example/7")]
    send_posts(5)
    assert Post.objects.get().state == State.DEFERRED
    due_now()
    send_posts(5)
    assert Post.objects.get().state == State.SENT
    first, second = patient.seen
    assert (first.key, first.at) == (second.key, second.at)


def test_the_post_of_a_dead_worker_is_sent_again_where_that_is_harmless(
    site_tree: SiteTree, patient, monkeypatch
) -> None:
    account("noticeboard")
    published(site_tree)
    monkeypatch.setattr(PatientChannel, "find_existing", lambda *args: None)
    Post.objects.update(state=State.UNKNOWN, worker="dead")
    assert look_for_unknown(5) == 1
    post = Post.objects.get()
    assert (post.state, post.attempts) == (State.DEFERRED, 1)
    assert post.looked_at


def test_what_stays_unknown_for_too_long_is_left_to_people(site_tree: SiteTree, patient) -> None:
    account("noticeboard")
    published(site_tree)
    Post.objects.update(attempts=len(PatientChannel.backoff))
    patient.answers[:] = [Unknown("lost")]
    send_posts(5)
    assert Post.objects.get().state == State.UNKNOWN


def test_an_account_posts_only_so_often_a_day(site_tree: SiteTree) -> None:
    account("noticeboard", daily_cap=2)
    for _number in range(4):
        published(site_tree)
    assert not send_posts(5)
    assert Notice.objects.count() == 2
    waiting = Post.objects.filter(state=State.DEFERRED)
    assert [post.attempts for post in waiting] == [0, 0]
    assert waiting[0].next_try_at > timezone.now() + timedelta(hours=23)
    Post.objects.filter(state=State.SENT).update(tried_at=timezone.now() - timedelta(hours=25))
    due_now()
    send_posts(5)
    assert Notice.objects.count() == 4


def test_an_account_leaves_time_between_two_posts(site_tree: SiteTree) -> None:
    account("noticeboard", min_gap=10)
    account("noticeboard", name="Other")
    for _number in range(2):
        published(site_tree)
    send_posts(5)
    assert Post.objects.filter(state=State.SENT).count() == 3
    (waiting,) = Post.objects.filter(state=State.DEFERRED)
    assert timedelta(minutes=9) < waiting.next_try_at - timezone.now() <= timedelta(minutes=10)
    assert "nur so oft" in waiting.detail


def test_an_import_of_many_pages_costs_the_same_for_each_post(
    site_tree: SiteTree, django_assert_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    account("noticeboard", daily_cap=500)

    def cost() -> int:
        published(site_tree)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            send_posts(5)
        return len(queries)

    few = cost()
    for number in range(50):
        Post.objects.filter(state=State.SENT).update(tried_at=timezone.now() - timedelta(minutes=number))
    assert cost() == few


def test_an_editors_plan_decides(site_tree: SiteTree) -> None:
    here, there = account("noticeboard", name="Here"), account("noticeboard", name="There")
    later = account("noticeboard", name="Later", by_default=False)
    page = draft(site_tree.news["de"], title="Kongress")
    PostPlan.objects.create(page_ref=page.pk, account=here, text="Kommt alle! {title}", hashtags="#eins zwei")
    PostPlan.objects.create(page_ref=page.pk, account=there, wanted=False)
    tomorrow = timezone.now() + timedelta(days=1)
    PostPlan.objects.create(page_ref=page.pk, account=later, send_at=tomorrow)
    publish(page)
    route_due()
    send_posts(5)
    states = {post.account_name: (post.state, post.next_try_at) for post in Post.objects.all()}
    assert states == {
        "Here": (State.SENT, None),
        "There": (State.SUPPRESSED, None),
        "Later": (State.PENDING, tomorrow),
    }
    assert Notice.objects.get().text == f"Kommt alle! Kongress\n\n{page.full_url}\n\n#eins #zwei"


def test_an_account_that_is_not_chosen_by_default_stays_out(site_tree: SiteTree) -> None:
    account("noticeboard", by_default=False)
    published(site_tree)
    assert not Post.objects.exists()


def test_a_text_that_does_not_fit_is_refused_with_both_numbers(site_tree: SiteTree) -> None:
    here = account("noticeboard")
    page = draft(site_tree.news["de"])
    PostPlan.objects.create(page_ref=page.pk, account=here, text="x" * 600)
    publish(page)
    route_due()
    send_posts(5)
    post = Post.objects.get()
    assert (post.state, post.detail) == (State.FAILED, "Der Text ist zu lang: 625 von 500.")
    assert not Notice.objects.exists()


@pytest.mark.parametrize("error", [Retryable("busy"), Unknown("lost")])
def test_a_channel_says_itself_how_long_it_waits_and_how_often(
    site_tree: SiteTree, patient, error: Exception, monkeypatch
) -> None:
    monkeypatch.setattr(PatientChannel, "backoff", (timedelta(days=2),))
    account("noticeboard")
    published(site_tree)
    patient.answers[:] = [error, error]
    send_posts(5)
    post = Post.objects.get()
    assert post.state == State.DEFERRED
    assert post.next_try_at - timezone.now() > timedelta(days=1)
    due_now()
    send_posts(5)
    assert Post.objects.get().state in (State.FAILED, State.UNKNOWN)


def test_with_an_account_that_was_switched_off_nothing_is_looked_for(
    site_tree: SiteTree, patient, monkeypatch
) -> None:
    account("noticeboard")
    published(site_tree)
    monkeypatch.setattr(PatientChannel, "find_existing", lambda *args: pytest.fail("asked"))
    Post.objects.update(state=State.UNKNOWN, worker="dead")
    SocialAccount.objects.update(active=False)
    assert look_for_unknown(5) == 0
    assert Post.objects.get().looked_at is None


def test_a_channels_refusal_before_sending_is_final(site_tree: SiteTree, patient) -> None:
    account("noticeboard")
    published(site_tree)
    patient.answers[:] = [Rejected("no")]
    send_posts(5)
    assert Post.objects.get().state == State.FAILED


def test_the_alternative_text_of_the_plan_goes_with_the_pages_own_image() -> None:
    here = SocialAccount(channel="noticeboard")
    said = content(image=picture(alt="Zwei Fahnen"))
    for plan, alt in ((None, "Zwei Fahnen"), (PostPlan(), "Zwei Fahnen"), (PostPlan(alt="Drei"), "Drei")):
        made = draft_of(said, here, plan).image
        assert made is not None
        assert (made.alt, made.url) == (alt, picture().url)


@pytest.mark.parametrize(
    ("answer", "signal"),
    [
        (Published("7", "https://social.example/7"), "social_post_published"),
        (Rejected("no"), "social_post_failed"),
    ],
)
def test_observers_hear_of_a_post_and_cannot_break_it(
    site_tree: SiteTree, patient, answer: Any, signal: str
) -> None:
    heard: list[Post] = []

    def observe(post: Post, **_: Any) -> None:
        heard.append(post)
        raise ZeroDivisionError

    getattr(signals, signal).connect(observe)
    account("noticeboard")
    published(site_tree)
    patient.answers[:] = [answer]
    send_posts(5)
    getattr(signals, signal).disconnect(observe)
    assert heard == [Post.objects.get()]

"""From announcement to posts, and what becomes of a channel's every answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks import outbox
from tasks.announcements.models import Announcement
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.channel import (
    AuthFailed,
    Channel,
    Published,
    RateLimited,
    Rejected,
    Retryable,
    Unknown,
)
from tasks.social.models import Post, SocialAccount
from tasks.social.noticeboard.models import Notice
from tasks.social.posts.sending import send_posts
from tests.doubles import scripted_channel
from tests.doubles.scripted_channel import ScriptedChannel
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedChannel]:
    return scripted_channel.install(monkeypatch)


@pytest.fixture
def post(site_tree: SiteTree) -> Post:
    SocialAccount.objects.create(name="Brett", channel="noticeboard")
    publish(draft(site_tree.news["de"], title="Kongress", lead="Zwei Tage."))
    route_due()
    return Post.objects.get()


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


def test_account_that_posts_again_is_not_in_trouble_any_more(post: Post) -> None:
    SocialAccount.objects.update(trouble="token revoked")
    send_posts(5)
    assert SocialAccount.objects.get().trouble == ""


def test_every_registered_channel_is_a_channel() -> None:
    from cms.plugins import registry

    channels = registry().channels()
    assert {"mastodon", "noticeboard"} <= set(channels)
    assert all(issubclass(channel, Channel) for channel in channels.values())

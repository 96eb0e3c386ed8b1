"""From announcement to posts, and what becomes of a channel's every answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cms.announceable import AnnouncementContent
from tasks import outbox
from tasks.ledger.models import State
from tasks.social import posts
from tasks.social.channel import (
    AuthFailed,
    Channel,
    Limits,
    Published,
    RateLimited,
    Rejected,
    Rendered,
    Retryable,
    Unknown,
)
from tasks.social.models import Post, SocialAccount
from tasks.social.noticeboard.channel import NoticeboardChannel
from tasks.social.noticeboard.models import Notice
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation

LIMITS = Limits(max_length=500, url_length=23)


class ScriptedChannel(NoticeboardChannel):
    """Does what the test says instead of publishing."""

    answer: Exception | None = None
    remote: Published | None = None

    def publish(self, rendered: Rendered, account: SocialAccount, *, key: str) -> Published:
        if self.answer:
            raise self.answer
        return super().publish(rendered, account, key=key)

    def find_existing(self, account: SocialAccount, *, key: str, url: str) -> Published | None:
        return self.remote


@pytest.fixture
def post(site_tree: SiteTree) -> Post:
    SocialAccount.objects.create(name="Brett", channel="noticeboard")
    publish(draft(site_tree.news["de"], title="Kongress", lead="Zwei Tage."))
    outbox.route()
    return Post.objects.get()


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedChannel]:
    monkeypatch.setattr(SocialAccount, "get_channel", lambda account: ScriptedChannel())
    monkeypatch.setattr(ScriptedChannel, "answer", None)
    monkeypatch.setattr(ScriptedChannel, "remote", None)
    return ScriptedChannel


def test_post_goes_out_once(post: Post) -> None:
    posts.send_posts(5)
    posts.send_posts(5)
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
    outbox.route()
    assert set(Post.objects.values_list("account_name", flat=True)) == {"Brett de", "Brett "}
    publish(french)
    outbox.route()
    posts.send_posts(5)
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
    posts.send_posts(5)
    post.refresh_from_db()
    assert post.state == state
    assert str(answer) in post.detail


def test_rate_limit_is_waited_for(post: Post, scripted) -> None:
    scripted.answer = RateLimited("slow down", 429, after=90)
    before = timezone.now()
    posts.send_posts(5)
    post.refresh_from_db()
    assert before + timedelta(seconds=89) < post.next_try_at < timezone.now() + timedelta(seconds=91)


def test_revoked_token_is_shown_at_the_account(post: Post, scripted) -> None:
    scripted.answer = AuthFailed("token revoked", 401)
    posts.send_posts(5)
    assert SocialAccount.objects.get().trouble == "token revoked"


def test_unknown_post_is_never_sent_again_by_itself(post: Post, scripted) -> None:
    scripted.answer = Unknown("reply lost")
    posts.send_posts(5)
    scripted.answer = None
    outbox.drain(5)
    post.refresh_from_db()
    assert post.state == State.UNKNOWN
    assert not Notice.objects.exists()


def test_unknown_post_that_the_service_has_is_found(post: Post, scripted) -> None:
    scripted.answer = Unknown("reply lost")
    posts.send_posts(5)
    scripted.remote = Published("42", "https://social.example/42")
    outbox.sweep()
    post.refresh_from_db()
    assert (post.state, post.remote_id, post.remote_url) == (State.SENT, "42", "https://social.example/42")


def test_one_channels_fault_does_not_stop_another(site_tree: SiteTree) -> None:
    SocialAccount.objects.create(name="A", channel="not-installed")
    SocialAccount.objects.create(name="B", channel="noticeboard")
    publish(draft(site_tree.news["de"]))
    outbox.route()
    posts.send_posts(5)
    states = dict(Post.objects.values_list("account_name", "state"))
    assert states == {"A": State.DEFERRED, "B": State.SENT}


def test_private_page_is_not_posted(post: Post) -> None:
    from tests.factories.pages import make_private

    make_private(post.version.page)
    posts.send_posts(5)
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
    outbox.route()
    SocialAccount.objects.create(name="Nouveau", channel="noticeboard", language="fr")
    publish(french)
    outbox.route()
    assert not Post.objects.exists()


def content(**fields: object) -> AnnouncementContent:
    values = {
        "title": "Titel",
        "lead": "Vorspann",
        "url": "https://example.org/" + "x" * 80,
        "locale": "de",
        "topic": "congress",
        "kind": "Kongress",
    }
    return AnnouncementContent(**(values | fields))


def test_a_link_counts_what_the_service_says() -> None:
    channel = NoticeboardChannel()
    assert channel.count("https://example.org/" + "x" * 200, LIMITS) == 23
    assert channel.count("👩‍👩‍👧‍👦é", LIMITS) == 2
    assert channel.count("https://example.org", Limits(100)) == 19


@pytest.mark.parametrize("length", [0, 1, 300, 463, 464, 465, 466, 467, 5000])
def test_text_always_fits_and_always_has_title_and_link(length: int) -> None:
    channel = NoticeboardChannel()
    rendered = channel.render(content(lead=("wort " * 2000)[:length].strip()), LIMITS)
    assert channel.count(rendered.text, LIMITS) <= LIMITS.max_length
    assert rendered.text.startswith("Titel")
    assert content().url in rendered.text


def test_hashtags_stand_at_the_end() -> None:
    rendered = NoticeboardChannel().render(content(hashtags=("Jumelage", "Hannover")), LIMITS)
    assert rendered.text.endswith("#Jumelage #Hannover")


def test_every_registered_channel_is_a_channel() -> None:
    from cms.plugins import registry

    channels = registry().channels()
    assert {"mastodon", "noticeboard"} <= set(channels)
    assert all(issubclass(channel, Channel) for channel in channels.values())

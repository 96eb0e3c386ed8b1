"""The Mastodon channel against a real server of its API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pytest_httpserver import HTTPServer

from cms.announceable import AnnouncementContent
from tasks import outbox
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.channel import (
    AuthFailed,
    Draft,
    Gone,
    Limits,
    Published,
    RateLimited,
    Rejected,
    Rendered,
    Retryable,
    Unknown,
)
from tasks.social.mastodon.channel import MastodonChannel
from tasks.social.mastodon.instance import DEFAULT
from tasks.social.models import Post, SocialAccount
from tasks.social.posts.sending import send_posts
from tests.doubles import mastodon_server
from tests.doubles.lossy_proxy import LossyProxy
from tests.doubles.mastodon_server import TOKEN
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import ticket

KEY = {"access_token": TOKEN}
RENDERED = Rendered(
    "Kongress\n\nhttps://antenne.example/de/kongress/", "de", "https://antenne.example/de/kongress/"
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A running mastodon_mock; its address."""
    with mastodon_server.running() as url:
        yield url


@pytest.fixture
def account(server: str) -> SocialAccount:
    """An account that is not stored."""
    return SocialAccount(name="M", channel="mastodon", server=server, credentials=KEY)


def statuses(server: str) -> list[dict]:
    """All statuses of the account, read without our own code."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    me = httpx.get(f"{server}/api/v1/accounts/verify_credentials", headers=headers).json()
    return httpx.get(f"{server}/api/v1/accounts/{me['id']}/statuses?limit=40", headers=headers).json()


def linking(server: str, url: str) -> list[dict]:
    return [status for status in statuses(server) if url in status["content"]]


def find(account: SocialAccount, url: str, **others: object) -> Published | None:
    """What the channel takes for a lost post that linked to ``url``."""
    return MastodonChannel().find_existing(account, ticket("k", url=url, **others))


def test_limits_are_the_servers_own(account: SocialAccount) -> None:
    limits = MastodonChannel().limits(account)
    assert limits.max_length > 0
    assert limits.url_length


def saying(httpserver: HTTPServer, version: str = "v2", **parts: object) -> SocialAccount:
    """An account on a server that says this of itself."""
    httpserver.expect_request(f"/api/{version}/instance").respond_with_json({"configuration": parts})
    return SocialAccount(channel="mastodon", server=httpserver.url_for(""), credentials=KEY)


@pytest.mark.parametrize("version", ["v2", "v1"])
def test_every_limit_is_read_also_the_older_way(httpserver: HTTPServer, version: str) -> None:
    statuses = {"max_characters": 5000, "max_media_attachments": 1, "characters_reserved_per_url": 32}
    images = {"image_size_limit": 70_000, "description_limit": 420}
    account = saying(httpserver, version, statuses=statuses, media_attachments=images)
    limits = MastodonChannel().limits(account)
    assert (limits.max_length, limits.max_images, limits.url_length) == (5000, 1, 32)
    assert (limits.image_bytes, limits.alt_length) == (70_000, 420)


@pytest.mark.parametrize("wrong", [-1, "many", None, [5], 3.5])
def test_a_limit_that_makes_no_sense_is_mastodons_own(httpserver: HTTPServer, wrong: object) -> None:
    account = saying(httpserver, statuses={"max_characters": wrong}, media_attachments="x")
    assert MastodonChannel().limits(account) == DEFAULT


def test_an_account_that_needs_images_says_so_to_the_preview_too(httpserver: HTTPServer) -> None:
    account = saying(httpserver)
    account.options = {"needs_image": True}
    assert MastodonChannel().limits(account).needs_image
    assert MastodonChannel().known_limits(account).needs_image


def test_status_is_public_in_its_language_and_can_be_found_and_deleted(
    server: str, account: SocialAccount
) -> None:
    channel = MastodonChannel()
    published = channel.publish(RENDERED, account, ticket("antenne-1"))
    (status,) = linking(server, RENDERED.url)
    assert (status["id"], status["language"], status["visibility"]) == (published.remote_id, "de", "public")
    assert find(account, RENDERED.url) == published
    channel.delete(account, published.remote_id)
    assert linking(server, RENDERED.url) == []
    assert find(account, RENDERED.url) is None
    with pytest.raises(Gone):
        channel.delete(account, published.remote_id)


def test_only_a_new_status_with_exactly_this_link_is_the_lost_one(account: SocialAccount) -> None:
    parent = "https://antenne.example/de/haus/"
    child = Rendered(f"Kind {parent}kind/", "de", f"{parent}kind/")
    MastodonChannel().publish(child, account, ticket("antenne-child"))
    assert find(account, parent) is None
    query = f"{parent}?a=1&b=2"
    published = MastodonChannel().publish(
        Rendered(f"Haus {query}", "de", query), account, ticket("antenne-house")
    )
    assert find(account, query) == published
    assert find(account, query, known=frozenset({published.remote_id})) is None
    assert find(account, query, since=datetime.now(UTC) + timedelta(hours=1)) is None


def test_same_key_posts_once(server: str, account: SocialAccount) -> None:
    rendered = Rendered("Zweimal https://antenne.example/2/", "de", "https://antenne.example/2/")
    first = MastodonChannel().publish(rendered, account, ticket("antenne-2"))
    assert MastodonChannel().publish(rendered, account, ticket("antenne-2")) == first
    assert len(linking(server, rendered.url)) == 1


def test_wrong_token_is_a_matter_of_the_account(server: str) -> None:
    stranger = SocialAccount(
        name="M", channel="mastodon", server=server, credentials={"access_token": "wrong"}
    )
    with pytest.raises(AuthFailed):
        MastodonChannel().publish(RENDERED, stranger, ticket("antenne-3"))


def test_server_that_is_not_there_is_tried_again() -> None:
    nowhere = SocialAccount(name="M", channel="mastodon", server="http://127.0.0.1:1", credentials=KEY)
    with pytest.raises(Retryable):
        MastodonChannel().publish(RENDERED, nowhere, ticket("antenne-4"))


@pytest.mark.django_db
def test_lost_reply_ends_with_exactly_one_post_that_the_editor_can_see(
    site_tree: SiteTree, server: str
) -> None:
    proxy = LossyProxy(server)
    proxy.losses = 1
    SocialAccount.objects.create(name="M", channel="mastodon", server=proxy.url, credentials=KEY)
    page = publish(draft(site_tree.news["de"], slug="verlorene-antwort"))
    route_due()
    send_posts(20)
    post = Post.objects.get()
    assert post.state == State.UNKNOWN
    outbox.social(5)
    post.refresh_from_db()
    proxy.close()
    (status,) = linking(server, page.full_url)
    assert (post.state, post.remote_id) == (State.SENT, status["id"])


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthFailed),
        (403, AuthFailed),
        (404, Gone),
        (422, Rejected),
        (429, RateLimited),
        (500, Unknown),
        (502, Unknown),
        (503, Retryable),
        (504, Unknown),
    ],
)
def test_each_status_has_its_meaning(httpserver: HTTPServer, status: int, error: type[Exception]) -> None:
    httpserver.expect_request("/api/v1/statuses").respond_with_json({"error": "why"}, status=status)
    account = SocialAccount(channel="mastodon", server=httpserver.url_for(""), credentials=KEY)
    with pytest.raises(error, match="why") as raised:
        MastodonChannel().publish(RENDERED, account, ticket("k"))
    assert type(raised.value) is error
    assert raised.value.code == str(status)


def test_an_image_that_is_still_worked_on_is_waited_for(httpserver: HTTPServer) -> None:
    """422 says so, and else that the status is wrong."""
    said = {"error": "Cannot attach files that have not finished processing. Try again in a moment!"}
    httpserver.expect_request("/api/v1/statuses").respond_with_json(said, status=422)
    account = SocialAccount(channel="mastodon", server=httpserver.url_for(""), credentials=KEY)
    with pytest.raises(Retryable):
        MastodonChannel().publish(RENDERED, account, ticket("k"))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("@lyon@mastodon.example", 5),
        ("Mit @lyon@mastodon.example, @hannover@soziales.example.", 21),
        ("an redaktion@antenne.example", 28),
        ("https://antenne.example/@lyon@mastodon.example", 23),
        ("@lyon", 5),
    ],
)
def test_of_a_mention_only_the_name_counts(text: str, length: int) -> None:
    """As Mastodon's own StatusLengthValidator has it."""
    assert MastodonChannel().count(text, Limits(500, url_length=23)) == length


def test_answer_that_is_not_json_may_have_worked(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v1/statuses").respond_with_data("<html>login", content_type="text/html")
    account = SocialAccount(channel="mastodon", server=httpserver.url_for(""), credentials=KEY)
    with pytest.raises(Unknown):
        MastodonChannel().publish(RENDERED, account, ticket("k"))


def test_redirect_is_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v1/statuses").respond_with_data(
        "", 302, {"Location": "http://169.254.169.254/"}
    )
    account = SocialAccount(channel="mastodon", server=httpserver.url_for(""), credentials=KEY)
    with pytest.raises(Rejected):
        MastodonChannel().publish(RENDERED, account, ticket("k"))


def test_wait_of_a_rate_limit_is_read_in_both_forms(httpserver: HTTPServer) -> None:
    later = datetime.now(UTC) + timedelta(seconds=100)
    account = SocialAccount(channel="mastodon", server=httpserver.url_for(""), credentials=KEY)
    for value in (later.isoformat(), str(int(later.timestamp()))):
        httpserver.clear()
        httpserver.expect_request("/api/v1/statuses").respond_with_json(
            {"error": "slow"}, status=429, headers={"X-RateLimit-Reset": value}
        )
        with pytest.raises(RateLimited) as raised:
            MastodonChannel().publish(RENDERED, account, ticket("k"))
        assert 90 < raised.value.after < 101


@pytest.mark.parametrize(
    ("reset", "wait"),
    [
        ("9" * 12, 86400),
        ("9999-01-01T00:00:00Z", 86400),
        ("2000-01-01T00:00:00Z", 1),
        ("²", None),
        ("x", None),
    ],
)
def test_wait_of_a_rate_limit_is_at_most_a_day(
    httpserver: HTTPServer, reset: str, wait: float | None
) -> None:
    header = {"X-RateLimit-Reset": reset}
    httpserver.expect_request("/api/v1/statuses").respond_with_json({"error": "slow"}, 429, header)
    account = SocialAccount(channel="mastodon", server=httpserver.url_for(""), credentials=KEY)
    with pytest.raises(RateLimited) as raised:
        MastodonChannel().publish(RENDERED, account, ticket("k"))
    assert raised.value.after == wait


def test_post_is_rendered_within_the_servers_limits(account: SocialAccount) -> None:
    channel = MastodonChannel()
    limits = channel.limits(account)
    content = AnnouncementContent(
        "Titel", "lang " * 500, "https://example.org/x/", "de", "congress", "Kongress"
    )
    assert channel.count(channel.render(Draft(content), limits).text, limits) <= limits.max_length

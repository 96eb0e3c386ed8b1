"""Facebook, Instagram and Threads, against a double of the Graph API written after its documentation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer

from cms.announceable import Picture
from tasks.social.channel import AuthFailed, Channel, RateLimited, Rejected, Retryable, Unknown
from tasks.social.contract import ChannelContract, ticket
from tasks.social.facebook.channel import FacebookChannel
from tasks.social.instagram.channel import InstagramChannel
from tasks.social.models import SocialAccount
from tasks.social.threads.channel import ThreadsChannel
from tests.doubles.graph import OWNER, TOKEN, Graph
from tests.factories.social import rendered

pytestmark = pytest.mark.django_db
PHOTO = Picture("https://antenne.example/media/bild.jpg", "Zwei Fahnen", 1200, 800)


class MetaWorld:
    """An account of one of the three."""

    def __init__(self, server: HTTPServer, channel: Channel, posting: bytes, image: Picture | None) -> None:
        self.channel, self.image = channel, image
        self.service = Graph(server, posting)
        self.account = SocialAccount.objects.create(
            name=channel.slug,
            channel=channel.slug,
            server=self.service.url,
            credentials={"access_token": TOKEN},
            options={"identifier": OWNER},
        )

    def texts(self) -> list[str]:
        return [post["text"] for post in self.service.posts.values()]

    def lose_reply(self) -> None:
        self.service.proxy.losses = 1

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.service.proxy.refusals.append((status, headers or {}))


def world_of(channel: Channel, posting: bytes, image: Picture | None) -> Any:
    @pytest.fixture
    def world(httpserver: HTTPServer, db: None) -> Iterator[MetaWorld]:
        made = MetaWorld(httpserver, channel, posting, image)
        yield made
        made.service.proxy.close()

    return world


facebook = world_of(FacebookChannel(), b"/feed ", None)
instagram = world_of(InstagramChannel(), b"/media_publish ", PHOTO)
threads = world_of(ThreadsChannel(), b"/threads_publish ", PHOTO)


class TestFacebook(ChannelContract):
    """All tests of the contract."""

    slug = "facebook"

    @pytest.fixture
    def world(self, facebook: MetaWorld) -> MetaWorld:
        return facebook


class TestInstagram(ChannelContract):
    """All tests of the contract."""

    slug = "instagram"

    @pytest.fixture
    def world(self, instagram: MetaWorld) -> MetaWorld:
        return instagram


class TestThreads(ChannelContract):
    """All tests of the contract."""

    slug = "threads"

    @pytest.fixture
    def world(self, threads: MetaWorld) -> MetaWorld:
        return threads


def send(world: MetaWorld, **fields: Any) -> Any:
    return world.channel.publish(rendered(**fields), world.account, ticket())


def test_facebook_reads_the_page_before_it_is_shared(facebook: MetaWorld) -> None:
    send(facebook)
    (post,) = facebook.service.posts.values()
    assert facebook.service.scraped == [post["link"]]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 190, "message": "expired"}, AuthFailed),
        ({"code": 200, "message": "permission"}, AuthFailed),
        ({"code": 32, "message": "page limit"}, RateLimited),
        ({"code": 368, "message": "blocked"}, Rejected),
        ({"code": 1, "message": "unknown"}, Unknown),
        ({"code": 506, "message": "duplicate"}, Unknown),
        ({"code": 9, "is_transient": True, "message": "later"}, Unknown),
        ({"code": 100, "message": "invalid parameter"}, Rejected),
        ("nonsense", Rejected),
    ],
)
def test_each_code_has_its_meaning(facebook: MetaWorld, error: Any, kind: type[Exception]) -> None:
    facebook.service.errors.append(error)
    with pytest.raises(kind):
        send(facebook)


def test_a_probe_of_facebook_tells_when_the_token_ends_and_what_it_lacks(facebook: MetaWorld) -> None:
    ends = timezone.now().replace(microsecond=0) + timedelta(days=20)
    facebook.service.token |= {"expires_at": int(ends.timestamp()), "scopes": ["pages_manage_posts"]}
    health = facebook.channel.probe(facebook.account)
    assert health.expires_at == ends
    assert "pages_read_engagement" in health.warning
    facebook.service.token = {"is_valid": False}
    with pytest.raises(AuthFailed):
        facebook.channel.probe(facebook.account)


@pytest.fixture
def apps(settings: Any) -> None:
    settings.ANTENNE_META_APP = settings.ANTENNE_THREADS_APP = "app-1:app-secret"


def test_facebook_is_connected_with_the_pages_own_token(facebook: MetaWorld, apps: None) -> None:
    consent = facebook.channel.authorize(facebook.account, redirect_uri="https://a.example/back", state="s1")
    query = parse_qs(urlsplit(consent.url).query)
    assert (query["client_id"], query["state"]) == (["app-1"], ["s1"])
    assert "pages_manage_posts" in query["scope"][0]
    found = facebook.channel.connect(facebook.account, redirect_uri="https://a.example/back", code="c")
    assert found["access_token"] == TOKEN
    assert "expires_at" in found


@pytest.mark.parametrize("pages", [[], [{"id": OWNER, "name": "Jumelage"}], [{"id": "1", "name": "Other"}]])
def test_a_page_that_comes_without_a_token_is_named(facebook: MetaWorld, apps: None, pages: Any) -> None:
    facebook.service.pages = pages
    with pytest.raises(Rejected, match=OWNER):
        facebook.channel.connect(facebook.account, redirect_uri="https://a.example/back", code="c")


def test_without_an_app_the_setting_is_named(facebook: MetaWorld) -> None:
    with pytest.raises(Rejected, match="ANTENNE_META_APP"):
        facebook.channel.authorize(facebook.account, redirect_uri="https://a.example/back", state="s")


def test_instagram_takes_photos_with_an_alternative_text_only(instagram: MetaWorld) -> None:
    limits = instagram.channel.limits(instagram.account)
    for image, field in ((None, "image"), (replace(PHOTO, alt=""), "alt")):
        problems = instagram.channel.validate(rendered(image=image), limits)
        assert [problem.field for problem in problems] == [field]


def test_a_container_carries_image_caption_and_alternative_text(instagram: MetaWorld) -> None:
    send(instagram, image=PHOTO)
    (container,) = instagram.service.containers.values()
    assert (container["image_url"], container["alt_text"]) == (PHOTO.url, PHOTO.alt)
    assert instagram.texts() == []


@pytest.mark.parametrize("service", ["instagram", "threads"])
def test_a_full_quota_waits(service: str, request: pytest.FixtureRequest) -> None:
    world: MetaWorld = request.getfixturevalue(service)
    world.service.used = 250
    with pytest.raises(RateLimited, match="250"):
        send(world, image=PHOTO)
    assert world.service.containers == {}


@pytest.mark.parametrize(
    ("status", "kind"), [("ERROR", Rejected), ("EXPIRED", Rejected), ("PUBLISHED", Unknown)]
)
def test_a_container_that_cannot_be_published_says_why(
    instagram: MetaWorld, status: str, kind: type[Exception]
) -> None:
    pending = send(instagram, image=PHOTO)
    instagram.service.containers[pending.state["container"]]["status"] = status
    with pytest.raises(kind):
        instagram.channel.check(instagram.account, ticket(state=pending.state))


def test_publishing_too_early_is_refused_and_publishes_nothing(instagram: MetaWorld) -> None:
    pending = send(instagram, image=PHOTO)
    with pytest.raises(Rejected):
        instagram.channel.publish(rendered(image=PHOTO), instagram.account, ticket(state=pending.state))
    assert instagram.texts() == []


def test_threads_counts_emojis_by_their_bytes() -> None:
    channel = ThreadsChannel()
    limits = channel.limits(SocialAccount(with_image=False))
    assert channel.count("Fête", limits) == 4
    assert channel.count("🎉", limits) == 4
    assert channel.count("🇫🇷", limits) == 8


def test_threads_makes_a_card_where_there_is_no_image(threads: MetaWorld) -> None:
    send(threads)
    (container,) = threads.service.containers.values()
    assert container["media_type"] == "TEXT"
    assert container["link_attachment"] == ticket().url


def test_a_token_of_threads_is_renewed_and_says_until_when(threads: MetaWorld, apps: None) -> None:
    found = threads.channel.refresh(threads.account)
    assert found
    assert found["access_token"] == "short"
    assert found["expires_at"] > (timezone.now() + timedelta(days=59)).isoformat()
    assert threads.channel.connect(threads.account, redirect_uri="https://a.example/", code="c")[
        "access_token"
    ]


def test_a_service_that_is_not_there_is_tried_again(facebook: MetaWorld) -> None:
    facebook.account.server = "http://127.0.0.1:1"
    with pytest.raises(Retryable):
        send(facebook)

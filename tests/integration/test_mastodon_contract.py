"""The Mastodon channel against two servers of its API: one that keeps keys, and snac, which ignores them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_httpserver import HTTPServer

from cms.announceable import Picture
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.channel import (
    Draft,
    Gone,
    Pending,
    Published,
    Rejected,
    Rendered,
    Ticket,
    Unknown,
)
from tasks.social.contract import ChannelContract, content, ticket
from tasks.social.mastodon import media
from tasks.social.mastodon.channel import MastodonChannel
from tasks.social.models import Post, SocialAccount
from tasks.social.posts.looking import look_for_unknown
from tasks.social.posts.sending import send_posts
from tests.doubles import mastodon_server, snac_server
from tests.doubles.lossy_proxy import LossyProxy
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish

pytestmark = pytest.mark.django_db


class FreshKeys(MastodonChannel):
    """The server outlives a test, and a key that it has seen stands for a status that is deleted."""

    def __init__(self) -> None:
        self._salt = uuid.uuid4().hex[:8]

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published | Pending:
        return super().publish(rendered, account, replace(ticket, key=f"{ticket.key}-{self._salt}"))


class MastodonWorld:
    """An account on a server, behind a proxy that can misbehave where statuses are made."""

    def __init__(self, url: str, token: str, image: Picture | None) -> None:
        self.url, self.image, self.channel = url, image, FreshKeys()
        self._headers = {"Authorization": f"Bearer {token}"}
        self.proxy = LossyProxy(url, only=b"/api/v1/statuses ")
        self.account = SocialAccount.objects.create(
            name="M", channel="mastodon", server=self.proxy.url, credentials={"access_token": token}
        )

    def get(self, path: str) -> Any:
        return httpx.get(f"{self.url}{path}", headers=self._headers).json()

    def statuses(self) -> list[dict[str, Any]]:
        me = self.get("/api/v1/accounts/verify_credentials")
        found: list[dict[str, Any]] = self.get(f"/api/v1/accounts/{me['id']}/statuses")
        return found

    def texts(self) -> list[str]:
        return [self.get(f"/api/v1/statuses/{s['id']}/source")["text"] for s in reversed(self.statuses())]

    def lose_reply(self) -> None:
        self.proxy.losses = 1

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.proxy.refusals.append((status, headers or {}))

    def clear(self) -> None:
        self.account.server = self.url
        for status in self.statuses():
            self.channel.delete(self.account, str(status["id"]))
        self.proxy.close()


@pytest.fixture
def photo() -> Iterator[Picture]:
    path = Path(settings.MEDIA_ROOT) / "mastodon-photo.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (400, 300), (0, 85, 164)).save(path)
    yield Picture(f"https://antenne.example{settings.MEDIA_URL}mastodon-photo.png", "Zwei Fahnen", 400, 300)
    path.unlink()


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with mastodon_server.running() as url:
        yield url


@pytest.fixture
def world(mock: str, photo: Picture, db: None) -> Iterator[MastodonWorld]:
    made = MastodonWorld(mock, mastodon_server.TOKEN, photo)
    yield made
    made.clear()


class TestMastodon(ChannelContract):
    """All tests of the contract, on a server that keeps to Mastodon's documentation."""

    slug = "mastodon"


@pytest.fixture
def snac(tmp_path: Path, db: None) -> Iterator[MastodonWorld]:
    """A fresh server for each test, because it cannot delete."""
    with snac_server.running(tmp_path) as server:
        made = MastodonWorld(server.url, server.token, None)
        yield made
        made.proxy.close()


class TestSnac(ChannelContract):
    """The same on a server of other habits."""

    slug = "mastodon"

    @pytest.fixture
    def world(self, snac: MastodonWorld) -> MastodonWorld:
        return snac

    def test_a_post_can_be_deleted_twice(self, world: Any) -> None:
        """This version cannot, and says 404 as if there were nothing: the editor reads the truth."""
        published = self.publish(world, self.rendered(world), ticket())
        with pytest.raises(Rejected, match="von Hand"):
            world.channel.delete(world.account, published.remote_id)
        with pytest.raises(Gone):
            world.channel.delete(world.account, "not-there")


def posted(world: MastodonWorld) -> dict[str, Any]:
    made = content()
    post = Draft(made, hashtags=made.hashtags, image=world.image)
    rendered = world.channel.render(post, world.channel.limits(world.account))
    assert isinstance(world.channel.publish(rendered, world.account, ticket()), Published)
    (status,) = world.statuses()
    return status


def test_readers_get_language_image_and_alternative_text(world: MastodonWorld) -> None:
    status = posted(world)
    assert (status["language"], status["visibility"]) == ("de", "public")
    (image,) = status["media_attachments"]
    assert image["description"] == "Zwei Fahnen"


def test_an_account_may_post_for_followers_only(world: MastodonWorld) -> None:
    world.account.options["visibility"] = "private"
    assert posted(world)["visibility"] == "private"


def test_an_edit_keeps_the_image(world: MastodonWorld) -> None:
    status = posted(world)
    other = world.channel.render(Draft(content(title="Neu")), world.channel.limits(world.account))
    world.channel.update(world.account, str(status["id"]), other, ticket())
    (edited,) = world.statuses()
    assert len(edited["media_attachments"]) == 1


def test_limits_are_asked_for_once_an_hour(world: MastodonWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    found = world.channel.limits(world.account)
    stored = SocialAccount.objects.get(pk=world.account.pk)
    monkeypatch.setattr("tasks.social.mastodon.instance._asked", lambda account: pytest.fail("asked"))
    assert MastodonChannel().limits(stored) == found
    assert MastodonChannel().known_limits(stored) == found


def test_after_an_hour_they_are_asked_for_again(world: MastodonWorld) -> None:
    found = world.channel.limits(world.account)
    kept = world.account.session
    hour_ago = (timezone.now() - timedelta(minutes=61)).timestamp()
    world.account.keep_session({**kept, "limits": {**kept["limits"], "max_length": 1}, "limits_at": hour_ago})
    assert world.channel.known_limits(world.account).max_length == 1
    assert world.channel.limits(world.account) == found


def test_an_image_is_made_as_small_as_the_server_wants_it(httpserver: HTTPServer, photo: Picture) -> None:
    noise = Path(settings.MEDIA_ROOT) / "mastodon-photo.png"
    Image.effect_noise((1200, 900), 90).convert("RGB").save(noise)
    httpserver.expect_request("/api/v2/media").respond_with_json({"id": 7})
    account = SocialAccount(channel="mastodon", server=httpserver.url_for(""), credentials={})
    media.upload(account, photo, 70_000)
    ((request, _reply),) = httpserver.log
    with closing(request.files["file"]) as file:
        assert 10_000 < len(file.read()) <= 70_000


def test_an_account_is_connected_by_oauth(world: MastodonWorld, admin_client: Client) -> None:
    SocialAccount.objects.update(credentials={}, server=world.url)
    reply = admin_client.post(f"/admin/social-accounts/{world.account.pk}/connect/")
    assert reply["Location"].startswith(f"{world.url}/oauth/authorize?client_id=")
    account = SocialAccount.objects.get()
    assert account.credentials["client_id"]
    assert account.credentials["client_secret"]


def test_a_probe_names_the_account(world: MastodonWorld) -> None:
    health = world.channel.probe(world.account)
    assert health.name.startswith("@")
    assert health.url.startswith("http")


@pytest.fixture
def slow(httpserver: HTTPServer, photo: Picture) -> HTTPServer:
    """A server that takes its time over images, as Mastodon does with videos and some with all."""
    httpserver.expect_request("/api/v2/instance").respond_with_json({})
    httpserver.expect_request("/api/v2/media", method="POST").respond_with_json({"id": "m7"}, status=202)
    return httpserver


def test_an_image_is_uploaded_once_and_attached_when_it_is_ready(slow: HTTPServer, photo: Picture) -> None:
    channel, made = MastodonChannel(), content()
    account = SocialAccount(channel="mastodon", server=slow.url_for(""), credentials={"access_token": "t"})
    rendered = channel.render(Draft(made, image=photo), channel.limits(account))
    pending = channel.publish(rendered, account, ticket())
    assert pending == Pending({"media": "m7"}, 3)
    waiting = ticket(state=pending.state)
    for status, expected in ((206, pending), (200, None), (404, None)):
        slow.expect_oneshot_request("/api/v1/media/m7").respond_with_json({}, status=status)
        assert channel.check(account, waiting) == expected
    slow.expect_request("/api/v1/statuses", method="POST").respond_with_json({"id": "1", "url": "http://x/1"})
    assert channel.publish(rendered, account, waiting) == Published("1", "http://x/1")
    posted = [request for request, _reply in slow.log if request.method == "POST"]
    assert [request.path for request in posted] == ["/api/v2/media", "/api/v1/statuses"]
    assert posted[1].form["media_ids[]"] == "m7"


@pytest.mark.parametrize("status", [404, 405, 302])
def test_a_server_that_knows_only_the_older_way_gets_its_images_that_way(
    httpserver: HTTPServer, photo: Picture, status: int
) -> None:
    httpserver.expect_request("/api/v2/media").respond_with_data("<html>", status, {"Location": "/login"})
    httpserver.expect_request("/api/v1/media", method="POST").respond_with_json({"id": 7})
    account = SocialAccount(channel="mastodon", server=httpserver.url_for(""), credentials={})
    assert media.upload(account, photo, 8_000_000) == ("7", True)


def lost_and_found(world: MastodonWorld, site_tree: SiteTree) -> Post:
    """What a publish leaves behind whose reply is lost, after the worker's next rounds."""
    world.lose_reply()
    publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    send_posts(20)
    assert Post.objects.get().state == State.UNKNOWN
    assert look_for_unknown(20) == 1
    assert not send_posts(20)
    return Post.objects.get()


@pytest.mark.parametrize("server", ["world", "snac"])
def test_a_lost_reply_makes_one_post_through_the_whole_pipeline(
    server: str, request: pytest.FixtureRequest, site_tree: SiteTree
) -> None:
    world: MastodonWorld = request.getfixturevalue(server)
    post = lost_and_found(world, site_tree)
    (status,) = world.statuses()
    assert (post.state, post.remote_id) == (State.SENT, str(status["id"]))


def test_snac_really_ignores_the_key(snac: MastodonWorld) -> None:
    """Else the test above would show nothing."""
    rendered = snac.channel.render(Draft(content()), snac.channel.limits(snac.account))
    snac.lose_reply()
    with pytest.raises(Unknown):
        snac.channel.publish(rendered, snac.account, ticket())
    snac.channel.publish(rendered, snac.account, ticket())
    assert len(snac.statuses()) == 2

"""The Bluesky channel against a real AT Protocol server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from cms.announceable import Picture
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.bluesky.channel import BlueskyChannel
from tasks.social.channel import AuthFailed, Draft, Rejected
from tasks.social.contract import ChannelContract, content, ticket
from tasks.social.models import Post, SocialAccount
from tasks.social.posts.editing import edit_due
from tasks.social.posts.sending import send_posts
from tasks.social.posts.withdrawing import delete_withdrawn
from tests.doubles.lossy_proxy import LossyProxy
from tests.doubles.pds_server import HANDLE, PASSWORD, Pds, running
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with running(tmp_path_factory.mktemp("pds")) as pds:
        yield pds


class BlueskyWorld:
    """An account on the server, behind a proxy that can misbehave where posts are made."""

    def __init__(self, pds: Pds, proxy: LossyProxy, image: Picture) -> None:
        self.channel, self.pds, self.proxy, self.image = BlueskyChannel(), pds, proxy, image
        self.account = SocialAccount.objects.create(
            name="Bluesky",
            channel="bluesky",
            server=proxy.url,
            credentials={"app_password": PASSWORD},
            options={"handle": HANDLE},
        )

    def texts(self) -> list[str]:
        return [record["value"]["text"] for record in self.pds.records()]

    def lose_reply(self) -> None:
        self.proxy.losses = 1

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.proxy.refusals.append((status, headers or {}))


@pytest.fixture
def photo() -> Iterator[Picture]:
    """A photo of three megabytes in our own storage, with a place in its metadata."""
    path = Path(settings.MEDIA_ROOT) / "bluesky-photo.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x010E] = "taken in Hannover"
    Image.effect_noise((2600, 1800), 90).convert("RGB").save(path, "JPEG", quality=95, exif=exif)
    assert path.stat().st_size > 3_000_000
    yield Picture(f"https://antenne.example{settings.MEDIA_URL}bluesky-photo.jpg", "Zwei Fahnen", 2600, 1800)
    path.unlink()


@pytest.fixture
def world(server: Pds, photo: Picture, db: None) -> Iterator[BlueskyWorld]:
    proxy = LossyProxy(server.url, only=b"putRecord")
    made = BlueskyWorld(server, proxy, photo)
    yield made
    proxy.close()
    made.account.server = server.url
    for record in server.records():
        made.channel.delete(made.account, record["uri"])


class TestBluesky(ChannelContract):
    """All tests of the contract."""

    slug = "bluesky"


def value(world: BlueskyWorld) -> dict[str, Any]:
    (record,) = world.pds.records()
    found: dict[str, Any] = record["value"]
    return found


def post(world: BlueskyWorld, **fields: Any) -> Any:
    made = content(**fields)
    rendered = world.channel.render(
        Draft(made, hashtags=made.hashtags, image=world.image), world.channel.limits(world.account)
    )
    return rendered, world.channel.publish(rendered, world.account, ticket())


def test_readers_get_language_links_hashtags_and_a_card(world: BlueskyWorld, photo: Picture) -> None:
    rendered, published = post(world)
    record = value(world)
    assert record["langs"] == ["de"]
    parts = {}
    for facet in record["facets"]:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        parts[rendered.text.encode()[start:end].decode()] = facet["features"][0]
    assert parts[rendered.url]["uri"] == rendered.url
    assert parts["#Städtepartnerschaft"]["tag"] == "Städtepartnerschaft"
    card = record["embed"]["external"]
    assert (card["uri"], card["title"]) == (rendered.url, rendered.title)
    thumb = world.pds.blob(card["thumb"]["ref"]["$link"])
    assert 0 < len(thumb) <= 950_000
    assert b"Hannover" not in thumb
    assert published.url == f"https://bsky.app/profile/{world.pds.did}/post/{published.remote_id[-13:]}"


def test_an_image_in_place_of_the_card_has_its_alternative_text(world: BlueskyWorld) -> None:
    world.account.options["picture"] = True
    post(world)
    (image,) = value(world)["embed"]["images"]
    assert image["alt"] == "Zwei Fahnen"
    assert image["aspectRatio"]["width"] > image["aspectRatio"]["height"] > 0


def test_an_edit_keeps_when_the_post_was_made(world: BlueskyWorld) -> None:
    _rendered, published = post(world)
    created = value(world)["createdAt"]
    other = world.channel.render(Draft(content(title="Neu")), world.channel.limits(world.account))
    world.channel.update(world.account, published.remote_id, other, ticket(at=ticket().at))
    assert value(world)["createdAt"][:10] == created[:10]


def test_one_login_serves_many_calls(world: BlueskyWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    post(world)
    again = SocialAccount.objects.get(pk=world.account.pk)
    again.credentials = {"app_password": "wrong by now"}
    assert BlueskyChannel().probe(again).name == f"@{HANDLE}"


def test_an_access_token_that_has_ended_is_renewed(world: BlueskyWorld) -> None:
    post(world)
    session = world.account.session
    world.account.keep_session({**session, "accessJwt": session["accessJwt"][:-4] + "AAAA"})
    assert world.channel.probe(world.account).name == f"@{HANDLE}"
    stored = SocialAccount.objects.get(pk=world.account.pk).session
    assert stored["accessJwt"] not in ("", session["accessJwt"][:-4] + "AAAA")


def test_a_session_that_has_ended_altogether_becomes_a_new_login(world: BlueskyWorld) -> None:
    post(world)
    broken = {"did": world.pds.did, "handle": HANDLE, "accessJwt": "x.y.z", "refreshJwt": "x.y.z"}
    world.account.keep_session(broken)
    assert world.channel.probe(world.account).name == f"@{HANDLE}"


def test_a_wrong_password_is_a_matter_of_the_account(world: BlueskyWorld) -> None:
    world.account.credentials = {"app_password": "wrong"}
    with pytest.raises(AuthFailed):
        world.channel.probe(world.account)


def test_a_text_of_too_many_bytes_is_refused_before_it_is_sent(world: BlueskyWorld) -> None:
    limits = world.channel.limits(world.account)
    families = world.channel.render(Draft(content(), template="👨‍👩‍👧‍👦" * 250), limits)
    assert world.channel.count(families.text, limits) <= 300
    (problem,) = world.channel.validate(families, limits)
    assert "3000" in problem.message
    with pytest.raises(Rejected):
        world.channel.publish(families, world.account, ticket())


def test_a_lost_reply_makes_one_post_through_the_whole_pipeline(
    world: BlueskyWorld, site_tree: SiteTree
) -> None:
    world.lose_reply()
    page = publish(draft(site_tree.news["de"], title="Kongres"))
    route_due()
    send_posts(20)
    assert Post.objects.get().state == State.DEFERRED
    assert len(world.texts()) == 1
    Post.objects.update(next_try_at=None, state=State.PENDING)
    send_posts(20)
    row = Post.objects.get()
    assert (row.state, len(world.texts())) == (State.SENT, 1)
    publish(page, title="Kongress")
    assert edit_due(20) == 1
    assert world.texts()[0].startswith("Kongress\n")
    page.unpublish()
    assert delete_withdrawn(20) == 1
    assert world.texts() == []

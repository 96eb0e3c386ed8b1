"""LinkedIn, against a double written after its documentation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image
from pytest_httpserver import HTTPServer

from cms.announceable import Picture
from tasks.checks import linkedin_version_is_offered
from tasks.social.channel import AuthFailed, Rejected, Unknown
from tasks.social.contract import ChannelContract, ticket
from tasks.social.linkedin.channel import LinkedInChannel
from tasks.social.linkedin.text import little
from tasks.social.models import SocialAccount
from tests.doubles.linkedin import AUTHOR, TOKEN, LinkedIn
from tests.factories.social import URL, rendered

pytestmark = pytest.mark.django_db


class LinkedInWorld:
    """A page's account."""

    image: Picture | None = None

    def __init__(self, server: HTTPServer) -> None:
        self.channel, self.service = LinkedInChannel(), LinkedIn(server)
        self.account = SocialAccount.objects.create(
            name="L",
            channel="linkedin",
            server=self.service.url,
            credentials={"access_token": TOKEN},
            options={"author": AUTHOR},
        )

    def texts(self) -> list[str]:
        return self.service.texts()

    def lose_reply(self) -> None:
        self.service.proxy.losses = 1

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.service.proxy.refusals.append((status, headers or {}))


@pytest.fixture
def world(httpserver: HTTPServer, db: None) -> Iterator[LinkedInWorld]:
    made = LinkedInWorld(httpserver)
    yield made
    made.service.proxy.close()


class TestLinkedIn(ChannelContract):
    """All tests of the contract."""

    slug = "linkedin"


@pytest.fixture
def photo() -> Iterator[Picture]:
    path = Path(settings.MEDIA_ROOT) / "linkedin-photo.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (400, 300), (0, 85, 164)).save(path)
    yield Picture(f"https://antenne.example{settings.MEDIA_URL}linkedin-photo.png", "Zwei Fahnen", 400, 300)
    path.unlink()


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (
            "(Kongress) *neu* <b> [x] {y} a|b a\\b a~b a_b @wir",
            r"\(Kongress\) \*neu\* \<b\> \[x\] \{y\} a\|b a\\b a\~b a\_b \@wir",
        ),
        ("#Städte und C# und Nr. #", r"#Städte und C\# und Nr. \#"),
        (f"{URL}", URL),
    ],
)
def test_reserved_signs_are_escaped_and_hashtags_stay(text: str, escaped: str) -> None:
    assert little(text) == escaped


def test_the_article_brings_title_text_and_picture(world: LinkedInWorld, photo: Picture) -> None:
    post = rendered("Kongress", image=photo, description="Zwei Tage.")
    published = world.channel.publish(post, world.account, ticket())
    (stored,) = world.service.posts.values()
    article = stored["content"]["article"]
    assert (article["source"], article["title"], article["description"]) == (URL, "Kongress", "Zwei Tage.")
    assert article["thumbnailAltText"] == "Zwei Fahnen"
    assert world.service.images[article["thumbnail"]].startswith(b"\xff\xd8\xff")
    assert published.url == f"https://www.linkedin.com/feed/update/{published.remote_id}/"


def test_a_duplicate_is_looked_for_and_found(world: LinkedInWorld) -> None:
    first = world.channel.publish(rendered(), world.account, ticket())
    with pytest.raises(Unknown):
        world.channel.publish(rendered(), world.account, ticket())
    assert world.channel.find_existing(world.account, ticket()) == first
    assert world.channel.find_existing(world.account, ticket(known=frozenset({first.remote_id}))) is None


def test_an_author_that_the_token_may_not_post_for(world: LinkedInWorld) -> None:
    world.account.options = {"author": "urn:li:organization:1"}
    with pytest.raises(AuthFailed):
        world.channel.publish(rendered(), world.account, ticket())


def test_a_connection_holds_sixty_days(world: LinkedInWorld, settings: Any) -> None:
    settings.ANTENNE_LINKEDIN_APP = "app-1:app-secret"
    found = world.channel.connect(world.account, redirect_uri="https://a.example/", code="c")
    assert found["access_token"] == TOKEN
    assert found["expires_at"] > (timezone.now() + timedelta(days=59)).isoformat()


def test_without_a_refresh_token_there_is_nothing_to_renew(world: LinkedInWorld) -> None:
    assert world.channel.refresh(world.account) is None


def test_without_an_app_the_setting_is_named(world: LinkedInWorld) -> None:
    with pytest.raises(Rejected, match="ANTENNE_LINKEDIN_APP"):
        world.channel.authorize(world.account, redirect_uri="https://a.example/", state="s")


@pytest.mark.parametrize(("months", "ids"), [(0, []), (10, []), (11, ["antenne.W007"])])
def test_an_old_version_is_warned_about(settings: Any, months: int, ids: list[str]) -> None:
    today = timezone.now()
    number = 12 * today.year + today.month - 1 - months
    settings.ANTENNE_LINKEDIN_VERSION = f"{number // 12}{number % 12 + 1:02}"
    assert [message.id for message in linkedin_version_is_offered()] == ids


def test_a_version_of_the_wrong_shape_is_an_error(settings: Any) -> None:
    settings.ANTENNE_LINKEDIN_VERSION = "2026-09"
    assert [message.id for message in linkedin_version_is_offered()] == ["antenne.E007"]

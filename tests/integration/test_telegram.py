"""The Telegram channel against a double that answers as the documentation of the Bot API says."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image
from pytest_httpserver import HTTPServer

from cms.announceable import Picture
from tasks.social.channel import AuthFailed, Gone, RateLimited, Retryable
from tasks.social.contract import ChannelContract, ticket
from tasks.social.counting import utf16
from tasks.social.models import PostPlan, SocialAccount
from tasks.social.planning.previews import preview
from tasks.social.telegram.channel import TelegramChannel
from tests.doubles.telegram import CHAT, TOKEN, Telegram
from tests.factories.images import image
from tests.factories.pages import SiteTree
from tests.factories.posting import bring_up_to_date, post_ready
from tests.factories.publishing import draft, publish
from tests.factories.social import rendered

pytestmark = pytest.mark.django_db


class TelegramWorld:
    """A bot that may write to one channel."""

    def __init__(self, server: HTTPServer, image: Picture | None) -> None:
        self.channel, self.service, self.image = TelegramChannel(), Telegram(server), image
        self.account = SocialAccount.objects.create(
            name="T",
            channel="telegram",
            server=self.service.url,
            with_image=image is not None,
            credentials={"bot_token": TOKEN},
            options={"chat": "@jumelage"},
        )

    def texts(self) -> list[str]:
        return [m.get("text") or m["caption"] for m in self.service.messages.values()]

    def lose_reply(self) -> None:
        self.service.proxy.losses = 1

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.service.proxy.refusals.append((status, headers or {}))


@pytest.fixture
def photo() -> Iterator[Picture]:
    path = Path(settings.MEDIA_ROOT) / "telegram-photo.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGBA", (300, 200), (0, 85, 164, 128)).save(path)
    yield Picture(f"https://antenne.example{settings.MEDIA_URL}telegram-photo.png", "Blau", 300, 200)
    path.unlink()


@pytest.fixture(params=["text", "photo"])
def world(request: pytest.FixtureRequest, httpserver: HTTPServer, photo: Picture) -> Iterator[TelegramWorld]:
    made = TelegramWorld(httpserver, photo if request.param == "photo" else None)
    yield made
    made.service.proxy.close()


class TestTelegram(ChannelContract):
    """All tests of the contract, as a message and as a photo with a caption."""

    slug = "telegram"


@pytest.fixture
def texting(httpserver: HTTPServer) -> Iterator[TelegramWorld]:
    made = TelegramWorld(httpserver, None)
    yield made
    made.service.proxy.close()


def send(world: TelegramWorld) -> Any:
    return world.channel.publish(rendered(), world.account, ticket())


def test_a_photo_is_a_jpeg_without_transparency(httpserver: HTTPServer, photo: Picture) -> None:
    world = TelegramWorld(httpserver, photo)
    world.channel.publish(replace(rendered(), image=photo), world.account, ticket())
    (message,) = world.service.messages.values()
    assert message["photo"].startswith(b"\xff\xd8\xff")
    world.service.proxy.close()


def test_the_link_leads_to_the_message(texting: TelegramWorld) -> None:
    published = send(texting)
    assert (published.remote_id, published.url) == (f"{CHAT['id']}/7/text", "https://t.me/jumelage/7")


def test_the_wait_that_telegram_names_is_kept(texting: TelegramWorld) -> None:
    texting.service.errors.append((429, "Too Many Requests: retry after 35", {"retry_after": 35}))
    with pytest.raises(RateLimited) as raised:
        send(texting)
    assert raised.value.after == 35


def test_a_group_with_a_new_number_is_used_from_then_on(texting: TelegramWorld) -> None:
    parameters = {"migrate_to_chat_id": CHAT["id"]}
    SocialAccount.objects.update(options={"chat": "-42"})
    texting.service.errors.append((400, "Bad Request: group chat was upgraded", parameters))
    with pytest.raises(Retryable):
        send(texting)
    assert SocialAccount.objects.get().options["chat"] == str(CHAT["id"])


@pytest.mark.parametrize(
    ("code", "description", "error"),
    [
        (403, "Forbidden: bot was kicked from the channel chat", AuthFailed),
        (400, "Bad Request: chat not found", AuthFailed),
        (400, "Bad Request: not enough rights to send text messages to the chat", AuthFailed),
        (400, "Bad Request: message to delete not found", Gone),
    ],
)
def test_each_description_has_its_meaning(
    texting: TelegramWorld, code: int, description: str, error: type[Exception]
) -> None:
    texting.service.errors.append((code, description, {}))
    with pytest.raises(error, match=description[:15]):
        send(texting)


def test_a_probe_names_the_channel(texting: TelegramWorld) -> None:
    health = texting.channel.probe(texting.account)
    assert (health.name, health.url) == ("Jumelage", "https://t.me/jumelage")


def test_the_token_in_the_address_is_not_logged(texting: TelegramWorld, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    send(texting)
    (said,) = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    assert "POST http://127.0.0.1" in said
    assert TOKEN not in said


@pytest.mark.parametrize("chat", ["@ab", "jumelage", "https://t.me/jumelage", "-1", "12.5"])
def test_a_chat_of_the_wrong_shape_is_refused(chat: str) -> None:
    form = TelegramChannel.account_form({"bot_token": "x", "chat": chat})
    assert "chat" in form.errors


@pytest.fixture
def page(texting: TelegramWorld, site_tree: SiteTree) -> Any:
    """A page with a long lead and an image, and an account that posts images."""
    SocialAccount.objects.update(with_image=True)
    flags = image(title="Fahnen", description="Zwei Fahnen")
    return draft(site_tree.news["de"], title="Kongress", lead="Wort " * 2000, image=flags)


def out(world: TelegramWorld) -> dict[str, Any]:
    """The one message of the channel."""
    (message,) = world.service.messages.values()
    return message


def previewed(page: Any) -> tuple[str, int, int]:
    """What an editor sees before: the text, how long it is and what fits."""
    plan = PostPlan.objects.filter(page_ref=page.pk).first()
    shown = preview(SocialAccount.objects.get(), page.get_announcement(), plan)
    assert shown.problems == []
    assert shown.rendered
    assert shown.limits
    return shown.rendered.text, shown.length, shown.limits.max_length


def test_beside_an_image_only_a_caption_fits(texting: TelegramWorld, page: Any) -> None:
    text, length, limit = previewed(page)
    post_ready(page)
    assert out(texting)["caption"] == text
    assert 1000 < length == utf16(text) <= limit == 1024


@pytest.mark.parametrize("way", ["the page has none", "the editor wants none", "the account posts none"])
def test_without_an_image_a_whole_message_fits(texting: TelegramWorld, page: Any, way: str) -> None:
    if way == "the page has none":
        page.image = None
        page.save_revision()
    elif way == "the editor wants none":
        PostPlan.objects.create(page_ref=page.pk, account=texting.account, without_image=True)
    else:
        SocialAccount.objects.update(with_image=False)
    text, length, limit = previewed(page)
    post_ready(page)
    assert out(texting)["text"] == text
    assert 4000 < length == utf16(text) <= limit == 4096


def test_an_image_that_the_editor_chose_is_sent_whatever_the_account_does_else(
    texting: TelegramWorld, page: Any
) -> None:
    SocialAccount.objects.update(with_image=False)
    plan = PostPlan(page_ref=page.pk, account=texting.account, image=page.image, alt="Fahnen")
    plan.save()
    text, _length, limit = previewed(page)
    post_ready(page)
    assert (out(texting)["caption"], limit) == (text, 1024)


def test_a_photo_whose_page_has_lost_its_image_is_edited_within_its_caption(
    texting: TelegramWorld, page: Any
) -> None:
    publish(post_ready(page), title="Kongress in Lyon", image=None)
    bring_up_to_date()
    assert out(texting)["caption"].startswith("Kongress in Lyon\n")
    assert 1000 < utf16(out(texting)["caption"]) <= 1024


def test_a_message_whose_page_has_got_an_image_is_edited_at_its_full_length(
    texting: TelegramWorld, page: Any
) -> None:
    flags, page.image = page.image, None
    page.save_revision()
    publish(post_ready(page), title="Kongress in Lyon", image=flags)
    bring_up_to_date()
    assert out(texting)["text"].startswith("Kongress in Lyon\n")
    assert 4000 < utf16(out(texting)["text"]) <= 4096

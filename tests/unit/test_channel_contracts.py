"""What every channel has to hold: for those that ask no other server, and that none is forgotten."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cms.plugins import registry
from tasks.social.activitypub.channel import ActivityPubChannel
from tasks.social.activitypub.models import Note
from tasks.social.assisted.channel import AssistedChannel
from tasks.social.channel import Pending, Published, Rendered, Ticket
from tasks.social.contract import ChannelContract, LocalChannelContract
from tasks.social.noticeboard.channel import NoticeboardChannel
from tasks.social.noticeboard.models import Notice
from tests.factories.fediverse import our_account
from tests.factories.social import account, picture

TESTS = Path(__file__).parent.parent


class Noticeboard:
    """The board of this site."""

    image = None

    def __init__(self) -> None:
        self.channel, self.account = NoticeboardChannel(), account("noticeboard")

    def texts(self) -> list[str]:
        return list(Notice.objects.order_by("pk").values_list("text", flat=True))


class TestNoticeboard(LocalChannelContract):
    """All tests of the contract that need no service."""

    slug = "noticeboard"

    @pytest.fixture
    def world(self, db: None) -> Noticeboard:
        return Noticeboard()


class Fediverse:
    """The site's own account."""

    image = picture()

    def __init__(self) -> None:
        self.channel, self.account = ActivityPubChannel(), our_account()

    def texts(self) -> list[str]:
        standing = Note.objects.filter(deleted_at=None).order_by("pk")
        return list(standing.values_list("text", flat=True))


class TestFediverse(LocalChannelContract):
    """The post itself stays on this site; how others are told of it has tests of its own."""

    slug = "activitypub"

    @pytest.fixture
    def world(self, db: None) -> Fediverse:
        return Fediverse()


class Person:
    """Somebody who copies what is ready into a group."""

    image = None

    def __init__(self) -> None:
        self.channel = AssistedChannel()
        self.account = account("assisted", options={"place": "WhatsApp", "max_length": 400})
        self.said: list[str] = []

    def texts(self) -> list[str]:
        return self.said


class TestAssisted(LocalChannelContract):
    """The same, and it is the person who posts, once."""

    slug = "assisted"

    @pytest.fixture
    def world(self, db: None) -> Person:
        return Person()

    def publish(self, world: Any, post: Rendered, same: Ticket) -> Published:
        """The channel hands it over and goes on waiting, however often it is asked."""
        waiting = world.channel.publish(post, world.account, same)
        assert isinstance(waiting, Pending)
        assert waiting.after is None
        assert world.channel.check(world.account, same) == Pending(same.state, None)
        assert world.texts() == []
        world.said.append(post.text)
        return Published("by hand", "")


def contracts(of: type[Any] = LocalChannelContract) -> Iterator[type[Any]]:
    """Every class that takes the contract over."""
    for below in of.__subclasses__():
        yield below
        yield from contracts(below)


def test_no_channel_is_without_its_contract() -> None:
    for path in TESTS.rglob("test_*.py"):
        if "ChannelContract)" in path.read_text():
            importlib.import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))
    tested = {contract.slug for contract in contracts() if contract is not ChannelContract}
    ours = {slug for plugin in registry().plugins for slug in plugin.channels}
    assert len(ours) >= 12
    assert ours - tested == set()

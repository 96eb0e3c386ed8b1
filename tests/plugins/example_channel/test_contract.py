"""What every channel has to hold, for this one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tasks.social.contract import ChannelContract
from tasks.social.models import SocialAccount
from tests.doubles.logbook import TOKEN, Logbook, running
from tests.plugins.example_channel.channel import LogbookChannel


class LogbookWorld:
    """A logbook that can be told to misbehave."""

    image = None

    def __init__(self, logbook: Logbook) -> None:
        self.channel = LogbookChannel()
        self.logbook = logbook
        self.account = SocialAccount.objects.create(
            name="Logbook", channel="logbook", server=logbook.url, credentials={"access_token": TOKEN}
        )

    def texts(self) -> list[str]:
        """What is in the book."""
        return list(self.logbook.entries.values())

    def lose_reply(self) -> None:
        """The server writes the entry, and nobody hears of it."""
        self.logbook.proxy.losses = 1

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        """The server does not write the next entry."""
        self.logbook.refusals.append(Response(status=status, headers=headers))


class TestLogbook(ChannelContract):
    """All tests of the contract."""

    slug = "logbook"

    @pytest.fixture
    def world(self, httpserver: HTTPServer, db: None) -> Iterator[LogbookWorld]:
        """A fresh book."""
        with running(httpserver) as logbook:
            yield LogbookWorld(logbook)

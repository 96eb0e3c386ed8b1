"""Real servers for tests that need them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from cms.demo.runtime.ports import free_port
from tests.doubles.postfix import WHY_NOT
from tests.doubles.processes import Broker
from tests.doubles.provider import FakeProvider
from tests.doubles.smtp import Behaviour, FaultyServer

LEFT_OUT = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave Postfix's tests out where it cannot run, and say so; in CI that is a failure."""
    if not WHY_NOT or os.environ.get("CI") == "true":
        return
    mine = [item for item in items if item.path.name == "test_postfix.py"]
    if mine:
        config.stash[LEFT_OUT] = len(mine)
        config.hook.pytest_deselected(items=mine)
        items[:] = [item for item in items if item not in mine]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The last words, where nobody can miss them."""
    if number := config.stash.get(LEFT_OUT, 0):
        terminalreporter.section("NO POSTFIX", sep="!", red=True)
        terminalreporter.line(f"{number} tests with a real mail server did NOT run: {WHY_NOT}.")


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker of the test's own."""
    running = Broker()
    yield running
    running.close()


@pytest.fixture
def relay(settings) -> Iterator[Behaviour]:
    """A real SMTP server, which is also the relay of this process; its ``port`` is EMAIL_PORT."""
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_port(), 5
    behaviour = Behaviour()
    with FaultyServer(behaviour, settings.EMAIL_PORT):
        yield behaviour


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    """A mail provider."""
    with FakeProvider() as running:
        yield running


@pytest.fixture
def mailgun(provider: FakeProvider, settings) -> FakeProvider:
    """Mails go through it as if it were Mailgun."""
    settings.ANTENNE_MAIL_PROVIDER = "mailgun"
    settings.ANYMAIL = {"MAILGUN_API_KEY": provider.key, "MAILGUN_API_URL": f"{provider.url}/v3"}
    return provider


@pytest.fixture
def postmark(provider: FakeProvider, settings) -> FakeProvider:
    """Mails go through it as if it were Postmark."""
    settings.ANTENNE_MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": provider.key,
        "POSTMARK_API_URL": provider.url,
        "POSTMARK_MESSAGE_STREAM": "broadcast",
    }
    return provider


@pytest.fixture(params=["mailgun", "postmark"])
def either(request: pytest.FixtureRequest) -> FakeProvider:
    """Once as the one and once as the other."""
    return request.getfixturevalue(request.param)

"""Real servers for tests that need them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from cms.demo.runtime.ports import free_port
from tasks.newsletter.models import Delivery
from tests.doubles import dovecot, postfix
from tests.doubles.processes import Broker
from tests.doubles.provider import FakeProvider
from tests.doubles.smtp import Behaviour, FaultyServer
from tests.factories.pages import SiteTree
from tests.factories.returns import mail_to_anna

LEFT_OUT = pytest.StashKey[dict[str, int]]()
WHY_NOT = {
    "test_postfix.py": postfix.WHY_NOT,
    "test_bounce_mailbox.py": dovecot.WHY_NOT,
    "test_bounce_mailbox_trouble.py": dovecot.WHY_NOT,
}
"""Files with tests that need a mail server of the system → what is missing for them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests out where their mail server cannot run, and say so; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        return
    mine = [item for item in items if WHY_NOT.get(item.path.name)]
    if mine:
        config.stash[LEFT_OUT] = Counter(item.path.name for item in mine)
        config.hook.pytest_deselected(items=mine)
        items[:] = [item for item in items if item not in mine]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The last words, where nobody can miss them."""
    for name, number in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.section("NO MAIL SERVER", sep="!", red=True)
        terminalreporter.line(f"{number} tests with a real mail server did NOT run: {WHY_NOT[name]}.")


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


@pytest.fixture(scope="session")
def imap_server() -> Iterator[dovecot.Dovecot]:
    """One Dovecot for all tests that need one."""
    with dovecot.Dovecot() as running:
        yield running


@pytest.fixture
def mailbox(imap_server: dovecot.Dovecot, settings, db: None) -> dovecot.Dovecot:
    """The bounce mailbox of the settings, empty."""
    settings.ANTENNE_BOUNCE_ADDRESS = "bounces@example.org"
    settings.ANTENNE_BOUNCE_MAILBOX = imap_server.url()
    imap_server.empty()
    return imap_server


@pytest.fixture
def delivery(mailbox: dovecot.Dovecot, site_tree: SiteTree) -> Delivery:
    """A mail to Anna that the relay took."""
    return mail_to_anna(site_tree)


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

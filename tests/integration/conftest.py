"""Real servers for tests that need them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cms.demo.runtime.ports import free_port
from tests.doubles.processes import Broker
from tests.doubles.smtp import Behaviour, FaultyServer


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

"""Whatever ends the demo, nothing of it stays behind."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.doubles.processes import wait_until
from tests.e2e.conftest import Demo, start_demo

pytestmark = pytest.mark.e2e

SECOND_START_SECONDS = 30


def answers(url: str) -> bool:
    address = urlsplit(url if "://" in url else f"smtp://{url}")
    try:
        socket.create_connection((address.hostname, address.port), 1).close()
    except OSError:
        return False
    return True


def addresses(demo: Demo) -> list[str]:
    return [demo.facts["site"], demo.facts["mailbox"], demo.facts["smtp"]]


def test_second_start_is_quick_keeps_the_data_and_ends_when_killed(demo: Demo, tmp_path: Path) -> None:
    """kill -9 of make itself: the worst that can happen short of a power cut."""
    first = start_demo(tmp_path / "var")
    os.killpg(first.process.pid, signal.SIGINT)
    first.process.wait(timeout=60)
    wait_until(lambda: not any(map(answers, addresses(first))), 20, "something is left after Ctrl-C")

    second = start_demo(tmp_path / "var")
    assert second.seconds_to_start < SECOND_START_SECONDS
    assert second.facts["password"] == first.facts["password"]
    assert [draft["page_id"] for draft in second.facts["drafts"]] == [
        draft["page_id"] for draft in first.facts["drafts"]
    ]
    assert all(map(answers, addresses(second)))
    second.process.kill()
    second.process.wait()
    wait_until(lambda: not any(map(answers, addresses(second))), 30, "something is left after kill -9")

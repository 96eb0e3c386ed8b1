"""The demo as a newcomer starts it, and a browser to use it with."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cms.demo.runtime.ports import free_port
from tests.doubles.processes import PROJECT, wait_until

START_SECONDS = 240
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the browser's tests out where there is no browser, and say so; in CI that is a failure."""
    if CHROMIUM or os.environ.get("CI") == "true":
        return
    here = Path(__file__).parent
    mine = [item for item in items if here in item.path.parents]
    if mine:
        config.stash[LEFT_OUT] = len(mine)
        config.hook.pytest_deselected(items=mine)
        items[:] = [item for item in items if item not in mine]


LEFT_OUT = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The last words, where nobody can miss them."""
    if number := config.stash.get(LEFT_OUT, 0):
        terminalreporter.section("NO BROWSER", sep="!", red=True)
        terminalreporter.line(
            f"{number} end-to-end tests did NOT run: install Chromium (apt install chromium)."
        )


@dataclass
class Demo:
    """A running demo: what var/demo.json says, and the process that runs it."""

    facts: dict[str, Any]
    process: subprocess.Popen[bytes]
    directory: Path
    seconds_to_start: float

    @property
    def site(self) -> str:
        return self.facts["site"].rstrip("/")

    def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        """The mailbox, newest first."""
        found = httpx.get(f"{self.facts['mailbox'].rstrip('/')}/messages.json").json()
        return [message for message in found if to is None or to in json.dumps(message["to"])]

    def raw(self, message: dict[str, Any]) -> bytes:
        return httpx.get(f"{self.facts['mailbox'].rstrip('/')}/messages/{message['id']}.eml").content

    def draft(self, language: str) -> dict[str, Any]:
        return next(draft for draft in self.facts["drafts"] if draft["language"] == language)


def start_demo(directory: Path, **environment: str) -> Demo:
    """``make demo`` on a free port, with its data in ``directory`` and further settings."""
    began = time.monotonic()
    env = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT_OF_TESTS}
    log = directory.parent / f"{directory.name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["make", "demo", f"PORT={free_port()}"],
            cwd=PROJECT,
            env={**env, **environment, "ANTENNE_VAR": str(directory)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    ready = directory / "demo.json"
    wait_until(
        lambda: ready.exists() or process.poll() is not None, START_SECONDS, f"the demo is not up, see {log}"
    )
    assert ready.exists(), log.read_text()[-3000:]
    facts = json.loads(ready.read_text(encoding="utf-8"))
    return Demo(facts, process, directory, time.monotonic() - began)


ENVIRONMENT_OF_TESTS = {"DJANGO_SETTINGS_MODULE", "ANTENNE_VAR", "DATABASE_URL", "REDIS_URL", "PORT"}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all journeys."""
    running = start_demo(tmp_path_factory.mktemp("demo") / "var")
    yield running
    os.killpg(running.process.pid, signal.SIGINT)
    running.process.wait(timeout=60)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as Debian ships it."""
    assert CHROMIUM, "Chromium is not installed"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor who was never here."""
    fresh = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
    fresh.set_default_timeout(20_000)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty tab."""
    return context.new_page()

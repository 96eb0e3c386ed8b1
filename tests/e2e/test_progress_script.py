"""The script that keeps the admin's views up to date, against a server that says what the test wants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route, expect

from tests.doubles.processes import PROJECT

pytestmark = pytest.mark.e2e

SITE = "http://antenne.test"
SCRIPT = PROJECT / "tasks/static/tasks/live.js"
PERIOD_MS = 1500


@dataclass
class Server:
    """What the view shows, and how often the script asked."""

    page: Page
    done: int = 1
    words: str = "German: is being sent, 0%"
    moving: bool = True
    asked: int = 0
    status: int = 200

    @property
    def state(self) -> str:
        return f"{self.done} {self.words}"

    @property
    def fragment(self) -> str:
        button = "<button>Pause</button>" if self.moving else "<em>done</em>"
        live = f'<p id="live" data-live>{self.done} of 9</p>'
        return f'<span hidden data-say="{self.words}"></span>{live}{button}'

    def answer(self, route: Route) -> None:
        if route.request.url.endswith("/state/"):
            self.asked += 1
            headers = {"X-Moving": "01"[self.moving], "X-State": self.state}
            route.fulfill(status=self.status, body=self.fragment, headers=headers, content_type="text/html")
        elif route.request.url.endswith(".js"):
            route.fulfill(path=SCRIPT)
        else:
            view = f'<div data-poll="/state/" data-moving="{"01"[self.moving]}" data-state="{self.state}">'
            body = (
                f'<p role="status" data-status></p>{view}{self.fragment}</div><script src="/a.js"></script>'
            )
            route.fulfill(body=f"<!doctype html>{body}", content_type="text/html")

    def wait(self, times: int) -> None:
        """Until the script has asked so many times more, and has dealt with all answers but the last."""
        until = self.asked + times
        while self.asked < until:
            self.page.wait_for_timeout(100)


@pytest.fixture
def server(page: Page) -> Iterator[Server]:
    """A view with one campaign that is going out."""
    made = Server(page)
    page.route(f"{SITE}/**", made.answer)
    page.goto(SITE)
    yield made
    page.unroute_all()


def test_numbers_change_by_themselves_and_what_did_not_change_stays(page: Page, server: Server) -> None:
    page.evaluate("document.getElementById('live').mark = 1")
    server.wait(2)
    assert page.evaluate("document.getElementById('live').mark") == 1
    server.done = 2
    expect(page.locator("#live")).to_have_text("2 of 9")


def test_screen_readers_are_told_news_alone(page: Page, server: Server) -> None:
    status = page.locator("[data-status]")
    server.done = 2
    expect(page.locator("#live")).to_have_text("2 of 9")
    expect(status).to_be_empty()
    server.done, server.words = 3, "German: is being sent, 25%"
    expect(status).to_have_text("German: is being sent, 25%")


def test_button_under_the_keyboard_stays_while_the_numbers_go_on(page: Page, server: Server) -> None:
    page.locator("button").focus()
    server.done, server.moving = 9, False
    expect(page.locator("#live")).to_have_text("9 of 9")
    expect(page.locator("button")).to_be_focused()
    page.locator("button").blur()
    expect(page.locator("em")).to_have_text("done")
    expect(page.locator("button")).to_have_count(0)


@pytest.mark.parametrize("why", ["all is done", "logged out"])
def test_nobody_asks_for_ever(page: Page, server: Server, why: str) -> None:
    server.wait(1)
    if why == "all is done":
        server.done, server.moving = 9, False
    else:
        server.status = 403
    server.wait(1)
    asked = server.asked
    page.wait_for_timeout(3 * PERIOD_MS)
    assert server.asked == asked


def test_a_fault_of_the_server_ends_nothing(page: Page, server: Server) -> None:
    server.status = 500
    server.wait(2)
    expect(page.locator("#live")).to_have_text("1 of 9")
    server.status, server.done = 200, 4
    expect(page.locator("#live")).to_have_text("4 of 9")


def test_view_that_is_finished_asks_nothing(page: Page, server: Server) -> None:
    server.moving = False
    page.goto(SITE)
    asked = server.asked
    page.wait_for_timeout(2 * PERIOD_MS)
    assert server.asked == asked

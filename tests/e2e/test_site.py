"""The public site as visitors meet it: accessible, private, without a script."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Demo

pytestmark = pytest.mark.e2e

PATHS = [
    "/de/",
    "/fr/",
    "/de/aktuelles/",
    "/de/aktuelles/staedtepartnerschaftskongress-2026/",
    "/de/partnerschaften/",
    "/fr/jumelages/",
    "/de/newsletter/",
    "/fr/newsletter/",
    "/en/newsletter/",
    "/de/newsletter/archive/",
    "/fr/newsletter/archive/",
    "/notice-board/",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(params=[("light", 1280), ("dark", 390)], ids=["light-desktop", "dark-phone"])
def visitor(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A visitor with a desktop in light colours, or with a phone in dark ones."""
    scheme, width = request.param
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PATHS)
def test_no_violation_of_wcag_2_2_aa(visitor: Page, demo: Demo, path: str) -> None:
    reply = visitor.goto(demo.site + path)
    assert reply is not None
    assert reply.status == 200
    found = Axe().run(visitor, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_a_small_phone(browser: Browser, demo: Demo, path: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(demo.site + path)
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width <= 320


def test_visitors_get_no_cookie_and_call_nobody_else(browser: Browser, demo: Demo) -> None:
    context = browser.new_context()
    page = context.new_page()
    hosts: set[str] = set()
    problems: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    for path in (path for path in PATHS if not path.endswith("/newsletter/")):
        page.goto(demo.site + path)
    cookies = context.cookies()
    context.close()
    assert hosts == {urlsplit(demo.site).netloc}
    assert cookies == []
    assert problems == []


def test_directory_can_be_searched_by_keyboard_alone(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.site}/de/partnerschaften/")
    field = page.locator("main input[type=search], main input[name=q]").first
    field.focus()
    page.keyboard.type("nimes")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=nimes*")
    expect(page.locator("main")).to_contain_text("Braunschweig")
    expect(page.locator("main")).not_to_contain_text("Perpignan")


def test_language_switch_leads_to_the_same_page(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.site}/de/partnerschaften/")
    page.locator("header a[hreflang=fr]").click()
    expect(page).to_have_url(f"{demo.site}/fr/jumelages/")

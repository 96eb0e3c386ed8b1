"""A page's posts as its editor meets them: planned, counted, posted, updated, deleted, and found again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Demo, start_demo
from tests.e2e.test_main_job import log_in, publish
from tests.e2e.test_newsletter import PHONE
from tests.e2e.test_site import WCAG

pytestmark = pytest.mark.e2e

WORDS = "Kommt alle, es gibt Kuchen!"
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own: what is deleted here, others would miss."""
    running = start_demo(tmp_path_factory.mktemp("posts") / "var")
    yield running
    os.killpg(running.process.pid, signal.SIGINT)
    running.process.wait(timeout=60)


def test_an_editor_plans_a_post_sees_it_go_out_updates_and_deletes_it(page: Page, demo: Demo) -> None:
    log_in(page, demo)
    draft = demo.draft("de")
    here = f"{demo.facts['admin']}announcements/{draft['page_id']}/"

    page.goto(f"{here}posts/")
    sheet = page.locator("[data-account]").first
    the_count_follows_what_is_typed(page, sheet)
    with page.expect_navigation():
        page.locator("form[data-preview] button.button:not([type]):not([name])").click()
    expect(page.locator(".messages .success")).to_be_visible()
    expect(sheet.locator(".post__text")).to_contain_text(WORDS)

    publish(page, draft["edit_url"])
    page.goto(here)
    row = page.locator("tr", has=page.locator(".tally--sent"), has_text=WORDS)
    link = row.locator("a[href*='notice-board']")
    expect(link).to_be_visible()
    board = str(link.get_attribute("href"))

    the_page_gets_another_title(page, draft["edit_url"], "Ein neuer Titel")
    page.goto(here)
    page.locator("button[value=edit]").first.click()
    the_board_says(page, board, "Ein neuer Titel")
    page.goto(here)
    page.locator(".post-delete summary").first.click()
    page.locator("button[value=delete]").first.click()
    the_board_is_empty(page, board)


def the_count_follows_what_is_typed(page: Page, sheet: Locator) -> None:
    count, text = sheet.locator("[data-count]"), sheet.locator("textarea[name$=-text]")
    before = count.inner_text()
    text.press_sequentially(WORDS)
    expect(count).not_to_have_text(before)
    expect(sheet.locator(".post__text")).to_contain_text(WORDS)
    text.fill("w" * 600)
    expect(sheet.locator(".post-count--over")).to_be_visible()
    expect(sheet.locator("[data-problems]")).to_contain_text("500")
    expect(page.locator("[data-status]")).to_contain_text("500")
    text.fill(WORDS + " {title}")
    expect(sheet.locator(".post-count--over")).to_have_count(0)


def the_page_gets_another_title(page: Page, edit_url: str, title: str) -> None:
    page.goto(edit_url)
    page.fill("[name=title]", title)
    page.locator("footer [data-w-dropdown-target=toggle]").first.click()
    with page.expect_navigation():
        page.locator("button[name=action-publish]").first.click()


def the_board_says(page: Page, board: str, words: str) -> None:
    for _attempt in range(30):
        page.goto(board)
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(500)
    pytest.fail(f"The notice does not say “{words}”")


def the_board_is_empty(page: Page, board: str) -> None:
    """Nothing of this post hangs there any more."""
    notice = board.partition("#")[2]
    for _attempt in range(30):
        page.goto(board)
        if page.locator(f"#{notice}").count() == 0:
            return
        page.wait_for_timeout(500)
    pytest.fail("The notice still hangs there")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["de", "fr"])
def test_posts_report_and_calendar_are_for_everybody(
    page: Page, demo: Demo, language: str, size: dict[str, int]
) -> None:
    log_in(page, demo)
    speak(page, demo, language)
    page.set_viewport_size(size)
    admin, draft = demo.facts["admin"], demo.draft(language)
    for path in (f"announcements/{draft['page_id']}/posts/", "reports/posts/", "calendar/"):
        page.goto(f"{admin}{path}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        look(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{path} is {width} wide"


def speak(page: Page, demo: Demo, language: str) -> None:
    """The admin in this language."""
    page.goto(f"{demo.facts['admin']}account/")
    page.select_option("[name=locale-preferred_language]", language)
    with page.expect_navigation():
        page.locator("main form footer button, main form button[type=submit]").last.click()


def look(page: Page) -> None:
    """What we show can be read and used by everybody."""
    found = Axe().run(page, context="main", options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

"""Connecting an account, by somebody who has no mouse, and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Demo
from tests.e2e.test_main_job import log_in

pytestmark = pytest.mark.e2e

TABS = 120
PHONE = {"width": 390, "height": 844}
TOO_WIDE = """[...document.querySelectorAll("main select, main input, main textarea, .account-kinds a")]
    .filter(field => field.getBoundingClientRect().right > innerWidth).map(field => field.name)"""


def tab_to(page: Page, selector: str) -> None:
    """Press the tab key until what ``selector`` names has the focus."""
    for _press in range(TABS):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by the tab key on {page.url}")


def test_an_account_is_connected_with_the_keyboard_alone(page: Page, demo: Demo) -> None:
    log_in(page, demo)
    page.goto(f"{demo.site}/admin/tasks/socialaccount/create/")
    tab_to(page, "a[href$='/social-accounts/add/noticeboard/']")
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).to_be_visible()
    tab_to(page, "#id_name")
    page.keyboard.type("Brett am Rathaus")
    # Other tests count what is posted.
    tab_to(page, "#id_active")
    page.keyboard.press("Space")
    tab_to(page, "form[novalidate] button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator(".messages .success")).to_be_visible()
    expect(page.get_by_role("link", name="Brett am Rathaus").first).to_be_visible()


def test_the_forms_of_an_account_fit_on_a_phone(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(locale="fr-FR", viewport=PHONE)
    context.set_default_timeout(20_000)
    page = context.new_page()
    try:
        log_in(page, demo)
        for path in ("add/", "add/mastodon/"):
            page.goto(f"{demo.site}/admin/social-accounts/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
            assert page.evaluate(TOO_WIDE) == [], path
    finally:
        context.close()

"""A French choir looks for another: on a phone, from the form to a message that was passed on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.doubles.processes import wait_until
from tests.e2e.conftest import Demo, start_demo
from tests.e2e.test_main_job import log_in
from tests.e2e.test_site import WCAG

pytestmark = pytest.mark.e2e

PHONE = {"width": 390, "height": 844}
SECONDS_TO_INBOX = 40
SUBMIT = "main form button[type=submit]"
SENDER, WRITER = "chorale@example.org", "paul@example.org"
TITLE = "Chorale de Rouen cherche une chorale"
LIST = "/fr/jumelages/recherches-et-offres/"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own: other journeys count the mails of theirs."""
    running = start_demo(tmp_path_factory.mktemp("requests") / "var")
    yield running
    os.killpg(running.process.pid, signal.SIGINT)
    running.process.wait(timeout=60)


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor with a phone who was never here."""
    context = browser.new_context(locale="fr-FR", viewport=PHONE)
    context.set_default_timeout(20_000)
    yield context
    context.close()


def look(page: Page) -> None:
    """Whoever opens this page can read all of it, with a screen reader or on a narrow phone."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def newest(demo: Demo, number: int, address: str) -> EmailMessage:
    """The newest mail to ``address``, once there are ``number`` of them."""
    wait_until(lambda: len(demo.messages(address)) >= number, SECONDS_TO_INBOX, f"mail {number} to {address}")
    return message_from_bytes(demo.raw(demo.messages(address)[0]), policy=policy.default)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def confirm(page: Page, mail: EmailMessage) -> None:
    """Follow the link of the mail and press its button."""
    page.goto(next(word for word in text_of(mail).split() if "/requests/" in word))
    look(page)
    page.locator(SUBMIT).click()
    expect(page.locator(SUBMIT)).to_have_count(0)
    look(page)


def test_a_request_is_sent_in_published_and_answered(phone: BrowserContext, page: Page, demo: Demo) -> None:
    visitor = phone.new_page()
    visitor.goto(f"{demo.site}{LIST}")
    look(visitor)
    send_in(visitor, demo)
    confirm(visitor, newest(demo, 1, SENDER))

    log_in(page, demo)
    page.goto(f"{demo.site}/admin/partnerships/notice/")
    page.get_by_role("link", name=TITLE).first.click()
    page.select_option("[name=status]", "open")
    page.locator("footer button[type=submit]").first.click()
    newest(demo, 2, SENDER)

    visitor.goto(f"{demo.site}{LIST}")
    visitor.get_by_role("link", name=TITLE).click()
    expect(visitor.locator("h1")).to_have_text(TITLE)
    expect(visitor.locator("main")).not_to_contain_text(SENDER)
    look(visitor)
    write(visitor)
    confirm(visitor, newest(demo, 1, WRITER))

    passed_on = newest(demo, 3, SENDER)
    assert WRITER in passed_on["Reply-To"]
    assert "Chantons ensemble" in text_of(passed_on)
    assert SENDER not in newest(demo, 2, WRITER).as_string()


def send_in(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.site}{LIST}new/")
    look(page)
    page.select_option("[name=kind]", "seeks_exchange_group")
    page.fill("[name=place]", "Rouen")
    page.fill("[name=title_fr]", TITLE)
    page.fill("[name=text_fr]", "Nous sommes 20 et chantons de tout.")
    page.fill("[name=name]", "Camille")
    page.fill("[name=email]", SENDER)
    page.locator(SUBMIT).click()
    page.wait_for_url("**/sent/")
    look(page)


def write(page: Page) -> None:
    page.locator("a[href$='/write/']").click()
    look(page)
    page.fill("[name=name]", "Paul")
    page.fill("[name=email]", WRITER)
    page.fill("[name=text]", "Chantons ensemble")
    page.locator(SUBMIT).click()
    page.wait_for_url("**/sent/")

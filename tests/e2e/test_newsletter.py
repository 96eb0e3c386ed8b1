"""The newsletter as its readers meet it: on a phone, in French, from the sign-up to being forgotten."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import signal
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.doubles.processes import wait_until
from tests.e2e.conftest import Demo, start_demo
from tests.e2e.test_main_job import log_in, publish
from tests.e2e.test_site import WCAG

pytestmark = pytest.mark.e2e

PHONE = {"width": 390, "height": 844}
SECONDS_TO_INBOX = 10
SUBMIT = "main form button[type=submit]"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own: the French draft has to be unpublished still."""
    running = start_demo(tmp_path_factory.mktemp("newsletter") / "var")
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


def complaints(page: Page) -> list[str]:
    """What the browser's console complains of from now on; the kind pages that answer 404 are none."""
    found: list[str] = []
    page.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def look(page: Page) -> None:
    """Whoever opens this page can read all of it, with a screen reader or on a narrow phone."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def mail_number(demo: Demo, number: int, address: str) -> EmailMessage:
    """The newest mail to ``address``, once there are ``number`` of them, and no more."""
    wait_until(lambda: len(demo.messages(address)) >= number, SECONDS_TO_INBOX, f"mail {number} to {address}")
    newest, *older = demo.messages(address)
    assert len(older) == number - 1
    return message_from_bytes(demo.raw(newest), policy=policy.default)


def link(mail: EmailMessage, part: str) -> str:
    """The address in the text of ``mail`` that has ``part`` in it."""
    body = mail.get_body(("plain",))
    assert body is not None
    return next(word for word in body.get_content().split() if part in word)


def one_click_address(mail: EmailMessage) -> str:
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(re.search(r"<(http[^>]+)>", mail["List-Unsubscribe"]).group(1))  # type: ignore[union-attr]


def sign_up(page: Page, demo: Demo, address: str) -> None:
    page.goto(f"{demo.site}/fr/newsletter/")
    page.fill("[name=email]", address)
    page.check("[name=consent]")
    page.locator(SUBMIT).click()
    page.wait_for_url("**/check-mail/")


def confirm(page: Page, mail: EmailMessage) -> str:
    """Follow the link of the mail and press its button."""
    address = link(mail, "/confirm/")
    page.goto(address)
    look(page)
    page.locator(SUBMIT).click()
    expect(page.locator(SUBMIT)).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("confirmé")
    look(page)
    return address


def test_a_reader_comes_chooses_leaves_comes_back_and_is_forgotten(
    phone: BrowserContext, page: Page, demo: Demo
) -> None:
    address = "camille@example.org"
    reader = phone.new_page()
    problems = complaints(reader)

    the_browser_proves_its_work(reader, demo)
    sign_up(reader, demo, address)
    look(reader)
    old_confirmation = confirm(reader, mail_number(demo, 1, address))

    log_in(page, demo)
    publish(page, demo.draft("fr")["edit_url"])
    announcement = mail_number(demo, 2, address)
    assert announcement["Subject"] == demo.draft("fr")["title"]
    assert announcement["Content-Language"] == "fr"

    settings = the_settings_are_changed(reader, demo, announcement, address)
    one_click(announcement)
    reader.goto(settings)
    expect(reader.locator("[name=topics]")).to_have_count(0)
    look(reader)

    sign_up(reader, demo, address)
    confirm(reader, mail_number(demo, 4, address))
    the_reader_gets_the_data_and_is_erased(reader, settings, address)
    assert problems == []

    old_links_answer_kindly(reader, demo, announcement, [old_confirmation, settings], address)


def the_browser_proves_its_work(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.site}/fr/newsletter/")
    look(page)
    page.focus("[name=email]")
    field = page.locator("[name=altcha]")
    expect(field).not_to_have_value("")
    proof = json.loads(base64.b64decode(field.input_value()))
    worked_out = hashlib.sha256(f"{proof['salt']}{proof['number']}".encode()).hexdigest()
    assert worked_out == proof["challenge"]
    page.locator(SUBMIT).click()
    expect(page.locator(".form__error").first).to_be_visible()
    look(page)


def the_settings_are_changed(page: Page, demo: Demo, announcement: EmailMessage, address: str) -> str:
    """From the link in the mail, which shows nothing, to the link that is good for an hour."""
    page.goto(link(announcement, "/newsletter/settings/"))
    expect(page.locator("main")).not_to_contain_text(address)
    look(page)
    page.locator(SUBMIT).click()
    page.wait_for_url("**/settings-sent/")
    look(page)
    settings = link(mail_number(demo, 3, address), "/preferences/")
    page.goto(settings)
    look(page)
    kept, *others = page.locator("[name=topics]").all()
    assert others
    kept.check()
    for other in others:
        other.uncheck()
    page.check("[name=frequency][value=weekly]")
    page.locator(SUBMIT).first.click()
    page.wait_for_url("**?saved")
    expect(page.locator("main .notice[role=status]")).to_be_visible()
    expect(page.locator("[name=topics]:checked")).to_have_count(1)
    expect(page.locator("[name=frequency][value=weekly]")).to_be_checked()
    look(page)
    return settings


def one_click(mail: EmailMessage) -> None:
    """As a mail program does (RFC 8058): a POST, no cookie, and nothing to answer."""
    reply = httpx.post(one_click_address(mail), data={"List-Unsubscribe": "One-Click"})
    assert reply.status_code == 200
    assert "set-cookie" not in reply.headers


def the_reader_gets_the_data_and_is_erased(page: Page, settings: str, address: str) -> None:
    page.goto(settings)
    look(page)
    with page.expect_download() as download:
        page.locator("main a[download]").click()
    data = download.value.path().read_text(encoding="utf-8")
    assert address in data
    assert isinstance(json.loads(data), dict)
    page.locator("main a[href$='/erase/']").click()
    look(page)
    page.locator(SUBMIT).click()
    page.wait_for_url("**/erased/")
    look(page)


def old_links_answer_kindly(
    page: Page, demo: Demo, announcement: EmailMessage, over: list[str], address: str
) -> None:
    """A page of ours that leads back to the sign-up, and never an error or a mail."""
    written = len(demo.messages(address))
    for old in over:
        reply = page.goto(old)
        assert reply is not None
        assert reply.status == 404
        expect(page.locator("main a[href*='/newsletter/']").first).to_be_visible()
        look(page)
    page.goto(one_click_address(announcement))
    expect(page.locator("main a[href$='/fr/newsletter/']")).to_be_visible()
    look(page)
    one_click(announcement)
    page.goto(link(announcement, "/newsletter/settings/"))
    page.locator(SUBMIT).click()
    page.wait_for_url("**/settings-sent/")
    # Somebody who asks after us and gets a mail shows that ours would have come by now.
    sign_up(page, demo, "apres@example.org")
    mail_number(demo, 1, "apres@example.org")
    assert len(demo.messages(address)) == written


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the keyboard is at ``selector``, as somebody without a mouse does."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab does not lead to {selector}")


def test_settings_can_be_changed_by_keyboard_alone(phone: BrowserContext, demo: Demo) -> None:
    reader = phone.new_page()
    address = "bernd@example.org"
    before = len(demo.messages(address))
    reader.goto(f"{demo.site}/de/newsletter/settings/")
    look(reader)
    tab_to(reader, "[name=email]")
    reader.keyboard.type(address)
    reader.keyboard.press("Enter")
    reader.wait_for_url("**/settings-sent/")

    reader.goto(link(mail_number(demo, before + 1, address), "/preferences/"))
    tab_to(reader, "[name=topics]:not(:checked)" if some_unchecked(reader) else "[name=topics]")
    chosen = reader.evaluate("document.activeElement.checked")
    topic = reader.evaluate("document.activeElement.value")
    reader.keyboard.press("Space")
    tab_to(reader, "[name=frequency]")
    reader.keyboard.press("ArrowDown")
    tab_to(reader, "[name=pause]")
    reader.keyboard.press("ArrowDown")
    tab_to(reader, "button[type=submit]")
    reader.keyboard.press("Enter")
    reader.wait_for_url("**?saved")

    expect(reader.locator(f"[name=topics][value='{topic}']")).to_be_checked(checked=not chosen)
    expect(reader.locator("[name=frequency][value=weekly]")).to_be_checked()
    expect(reader.locator("[name=pause][value=none]")).not_to_be_checked()


def some_unchecked(page: Page) -> bool:
    return page.locator("[name=topics]:not(:checked)").count() > 0


def test_a_reader_without_javascript_subscribes_all_the_same(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(locale="fr-FR", viewport=PHONE, java_script_enabled=False)
    reader = context.new_page()
    address = "sans-script@example.org"
    sign_up(reader, demo, address)
    reader.goto(link(mail_number(demo, 1, address), "/confirm/"))
    reader.locator(SUBMIT).click()
    expect(reader.locator("h1")).to_contain_text("confirmé")
    context.close()

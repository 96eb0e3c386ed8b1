"""A newsletter issue as its editor meets it: looked at, tried, sent, watched, and read on the web."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from tests.doubles.processes import wait_until
from tests.e2e.conftest import Demo, start_demo
from tests.e2e.test_main_job import GERMAN, log_in, written_to
from tests.e2e.test_newsletter import PHONE, link
from tests.e2e.test_site import WCAG

pytestmark = pytest.mark.e2e

TITLE = "Newsletter: vom BarCamp zum Kongress"
ENGLISH = "iris@example.org"
SECONDS_BETWEEN_MAILS = 4
READ_IN_THE_BROWSER = "Im Browser lesen"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own that sends slowly enough to be stopped in between."""
    pace = f"example.org={1 / SECONDS_BETWEEN_MAILS}"
    running = start_demo(tmp_path_factory.mktemp("issue") / "var", ANTENNE_MAIL_DOMAIN_RATES=pace)
    yield running
    os.killpg(running.process.pid, signal.SIGINT)
    running.process.wait(timeout=60)


def look(page: Page, part: str | None = None) -> None:
    """What we show, in the admin within ``part``, can be read and used by everybody."""
    found = Axe().run(page, context=part, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def mail_frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe.mail-frame")


def test_an_issue_is_looked_at_tried_sent_stopped_and_read_on_the_web(page: Page, demo: Demo) -> None:
    log_in(page, demo)
    editor = the_draft_is_found_by_its_title(page, demo)
    the_preview_in_the_editor_shows_the_mail(page)

    page.goto(f"{demo.facts['admin']}announcements/{demo_issue(demo)}/mail/")
    look(page, ".nice-padding")
    the_mail_is_seen_in_every_look(page)
    the_test_mail_arrives_and_its_state_by_itself(page, demo)
    assert written_to(demo, TITLE) == []

    the_question_names_the_number(page, demo, editor)
    the_mails_go_out_are_stopped_and_go_on(page, demo)
    the_web_view_and_the_archive_show_it(page, demo)


def demo_issue(demo: Demo) -> int:
    return int(next(draft["page_id"] for draft in demo.facts["drafts"] if draft["title"] == TITLE))


def the_draft_is_found_by_its_title(page: Page, demo: Demo) -> str:
    page.goto(f"{demo.facts['admin']}pages/search/?q=vom+BarCamp+zum+Kongress")
    page.locator("main a", has_text=TITLE).first.click()
    expect(page.locator("[name=title]")).to_have_value(TITLE)
    return page.url


def the_preview_in_the_editor_shows_the_mail(page: Page) -> None:
    page.locator("[data-side-panel-toggle=preview]").click()
    shown = page.frame_locator("#w-preview-iframe")
    expect(shown.locator("h1")).to_have_text(TITLE)
    modes = page.locator("#id_preview_mode")
    assert {"de-light", "de-dark", "fr-phone", "en-text"} <= {
        str(option.get_attribute("value")) for option in modes.locator("option").all()
    }
    modes.select_option("de-text")
    expect(shown.locator("pre")).to_contain_text(TITLE)


def the_mail_is_seen_in_every_look(page: Page) -> None:
    body = mail_frame(page).locator("body")
    heading = mail_frame(page).locator("h1")
    expect(heading).to_have_text(TITLE)
    light = heading.evaluate("element => getComputedStyle(element).color")
    choose(page, "dark")
    expect(heading).to_have_text(TITLE)
    dark = heading.evaluate("element => getComputedStyle(element).color")
    assert sum(numbers(light)) < 3 * 100 < 3 * 200 < sum(numbers(dark))
    choose(page, "phone")
    phone = mail_frame(page).frame_locator("iframe")
    expect(phone.locator("h1")).to_have_text(TITLE)
    width = phone.locator("html").evaluate("element => element.scrollWidth")
    assert width <= PHONE["width"]
    choose(page, "text")
    expect(body.locator("pre")).to_contain_text(TITLE)


def choose(page: Page, key: str) -> None:
    page.locator(f".mail-looks a[href*='language=de&as={key}']").click()
    expect(page.locator(f".mail-looks a[aria-current=page][href*='as={key}']")).to_be_visible()


def numbers(colour: str) -> list[int]:
    return [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]


def the_test_mail_arrives_and_its_state_by_itself(page: Page, demo: Demo) -> None:
    expect(page.locator(".tests .tally")).to_have_count(0)
    with page.expect_navigation():
        page.locator("form[action$='/mail/test/'] button").click()
    page.evaluate("window.notLoadedAgain = true")
    expect(page.locator(".tests .tally--sent")).to_have_count(1)
    assert page.evaluate("window.notLoadedAgain")
    expect(page.locator("[data-status]")).not_to_be_empty()
    look(page, ".nice-padding")
    assert len(written_to(demo, f"[Test] {TITLE}")) == 1


def the_question_names_the_number(page: Page, demo: Demo, editor: str) -> None:
    page.goto(editor)
    page.locator("footer [data-w-dropdown-target=toggle]").first.click()
    with page.expect_navigation():
        page.locator("button[name=action-publish]").first.click()
    assert page.url.endswith("/confirm/")
    expect(page.locator(".nice-padding")).to_contain_text(f"{len(GERMAN) + 1} Personen")
    look(page, ".nice-padding")
    assert written_to(demo, TITLE) == []
    with page.expect_navigation():
        page.locator(".nice-padding form button").click()


def the_mails_go_out_are_stopped_and_go_on(page: Page, demo: Demo) -> None:
    german = page.locator("tr[data-language=de]")
    expect(german.locator("progress")).to_be_visible()
    with page.expect_navigation():
        german.locator("button[value=pause]").click()
    expect(german.locator("button[value=resume]")).to_be_visible()
    expect(german.locator("progress")).to_be_visible()
    look(page, ".nice-padding")

    # The English mail is not stopped. Once it is there, the next German one would be, too.
    wait_until(lambda: ENGLISH in written_to(demo, TITLE), 6 * SECONDS_BETWEEN_MAILS, "the English mail")
    page.wait_for_timeout(2 * SECONDS_BETWEEN_MAILS * 1000)
    assert len(set(written_to(demo, TITLE)) & GERMAN) < len(GERMAN)

    page.reload()
    with page.expect_navigation():
        german.locator("button[value=resume]").click()
    page.evaluate("window.notLoadedAgain = true")
    expect(german.locator(".tally--sent")).to_contain_text(str(len(GERMAN)), timeout=30_000)
    expect(german.locator("progress")).to_have_count(0)
    assert page.evaluate("window.notLoadedAgain")
    expect(page.locator("[data-status]")).not_to_be_empty()
    assert written_to(demo, TITLE) == sorted(GERMAN | {ENGLISH})


def the_web_view_and_the_archive_show_it(editor: Page, demo: Demo) -> None:
    """To a visitor, who gets no cookie and calls nobody else."""
    (message,) = [message for message in demo.messages("anna@example.org") if message["subject"] == TITLE]
    mail = message_from_bytes(demo.raw(message), policy=policy.default)
    assert READ_IN_THE_BROWSER in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert editor.context.browser
    visitor = editor.context.browser.new_context(locale="de-DE", viewport=PHONE)  # type: ignore[arg-type]
    page = visitor.new_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    page.goto(link(mail, "/newsletter/archive/"))  # type: ignore[arg-type]
    expect(page.locator("h1")).to_have_text(TITLE)
    archived = page.frame_locator("iframe.archived")
    expect(archived.locator("h1")).to_have_text(TITLE)
    expect(archived.locator("body")).not_to_contain_text(READ_IN_THE_BROWSER)
    expect(archived.locator("body")).not_to_contain_text("Abmelden")
    look(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(f"{demo.site}/de/newsletter/archive/")
    expect(page.locator("main a", has_text=TITLE)).to_be_visible()
    look(page)
    assert hosts == {urlsplit(demo.site).netloc}
    assert visitor.cookies() == []
    visitor.close()

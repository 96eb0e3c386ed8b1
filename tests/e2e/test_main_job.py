"""From Publish to inbox, as the editor of the demo does it."""

from __future__ import annotations

import time
from email import message_from_bytes, policy
from email.message import EmailMessage

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.doubles.processes import wait_until
from tests.e2e.conftest import Demo

pytestmark = pytest.mark.e2e

GERMAN = {"anna@example.org", "bernd@example.org"}
ENGLISH = {"iris@example.org"}
FRENCH = {"elise@example.org", "francois@example.org"}
SECONDS_TO_INBOX = 5


def log_in(page: Page, demo: Demo) -> None:
    page.goto(demo.facts["admin"])
    if page.locator("[name=username]").count():
        page.fill("[name=username]", demo.facts["username"])
        page.fill("[name=password]", demo.facts["password"])
        page.click("button[type=submit]")
    expect(page.locator("#outbox-section")).to_be_visible()


def publish(page: Page, edit_url: str) -> float:
    """Open the page's editor and press Publish; returns the moment the click was answered."""
    page.goto(edit_url)
    page.locator("footer [data-w-dropdown-target=toggle]").first.click()
    with page.expect_navigation():
        page.locator("button[name=action-publish]").first.click()
    expect(page.locator(".messages .success")).to_be_visible()
    return time.monotonic()


def written_to(demo: Demo, subject: str) -> list[str]:
    return sorted(message["to"] for message in demo.messages() if message["subject"] == subject)


def mail(demo: Demo, address: str, subject: str) -> EmailMessage:
    (found,) = [message for message in demo.messages(address) if message["subject"] == subject]
    return message_from_bytes(demo.raw(found), policy=policy.default)


def test_publish_reaches_each_subscriber_of_the_topic_once_in_their_language(page: Page, demo: Demo) -> None:
    german, french = demo.draft("de"), demo.draft("fr")
    log_in(page, demo)

    began = publish(page, german["edit_url"])
    wait_until(lambda: len(written_to(demo, german["title"])) >= 3, SECONDS_TO_INBOX, "the German mails")
    assert time.monotonic() - began < SECONDS_TO_INBOX
    assert set(written_to(demo, german["title"])) == GERMAN | ENGLISH
    assert written_to(demo, french["title"]) == []

    publish(page, french["edit_url"])
    wait_until(lambda: len(written_to(demo, french["title"])) >= 2, SECONDS_TO_INBOX, "the French mails")
    time.sleep(1)
    assert written_to(demo, german["title"]) == sorted(GERMAN | ENGLISH)
    assert written_to(demo, french["title"]) == sorted(FRENCH)

    publish(page, german["edit_url"])
    time.sleep(2)
    assert written_to(demo, german["title"]) == sorted(GERMAN | ENGLISH)

    # What the five steps promise beyond the mailbox, in the same state of the demo.
    the_mail_is_complete(demo, german["title"])
    the_post_hangs_on_the_notice_board(page, demo, german["title"])
    page_api_and_feed_show_the_report(page, demo, german)
    the_editor_sees_every_group_and_post(page, demo, german["page_id"])


def the_mail_is_complete(demo: Demo, subject: str) -> None:
    german, english = mail(demo, "anna@example.org", subject), mail(demo, "iris@example.org", subject)
    for header in ("List-Id", "List-Unsubscribe", "Message-ID", "Content-Language"):
        assert german[header]
    assert german["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in ("plain", "html"):
        body = german.get_body((part,)).get_content()
        for words in (
            "Mitgliedergewinnung",
            "Stadtbibliothek Hannover",
            "rund 30",
            "/de/aktuelles/",
            "unsubscribe",
        ):
            assert words in body, (part, words)
    assert "original (German)" in english.get_body(("plain",)).get_content()


def the_post_hangs_on_the_notice_board(page: Page, demo: Demo, title: str) -> None:
    page.goto(f"{demo.site}/notice-board/")
    expect(page.locator("article", has_text=title)).to_have_count(1)


def page_api_and_feed_show_the_report(page: Page, demo: Demo, draft: dict) -> None:
    api = httpx.get(f"{demo.site}/api/delivery/v1/pages/{draft['page_id']}").json()
    assert api["title"] == draft["title"]
    assert "Mitgliedergewinnung" in str(api["body"])
    assert draft["title"] in httpx.get(f"{demo.site}/de/feed.atom").text
    announced = httpx.get(f"{demo.site}/api/delivery/v1/announcements?locale=de").json()
    assert [item["title"] for item in announced["items"]] == [draft["title"]]
    page.goto(api["url"])
    expect(page.locator("h1")).to_have_text(draft["title"])


def the_editor_sees_every_group_and_post(page: Page, demo: Demo, page_id: int) -> None:
    page.goto(f"{demo.facts['admin']}announcements/{page_id}/")
    for language, number in (("de", 2), ("fr", 2), ("en", 1)):
        row = page.locator(f"tr[data-language={language}]")
        expect(row.locator(".tally--sent")).to_contain_text(str(number))
    expect(page.locator("#editions a[href*=notice-board]")).to_have_count(1)


def test_a_reader_subscribes_confirms_and_leaves(page: Page, demo: Demo) -> None:
    address = "nouvelle@example.org"
    page.goto(f"{demo.site}/fr/newsletter/")
    page.fill("[name=email]", address)
    page.select_option("[name=language]", "fr")
    page.check("[name=consent]")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/check-mail/")
    wait_until(lambda: demo.messages(address), 10, "the confirmation mail")
    message = message_from_bytes(demo.raw(demo.messages(address)[0]), policy=policy.default)
    link = next(word for word in message.get_body(("plain",)).get_content().split() if "/confirm/" in word)
    page.goto(link)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main form")).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("confirmé")
    assert standing(page, demo, address) == "bestätigt"


def test_a_reader_leaves_with_one_click_and_without_cookies(page: Page, demo: Demo) -> None:
    """What a mail program does with List-Unsubscribe-Post (RFC 8058), then what a person sees."""
    announced = next(message for message in demo.messages("francois@example.org"))
    header = message_from_bytes(demo.raw(announced), policy=policy.default)["List-Unsubscribe"]
    link = header.partition("<")[2].partition(">")[0]
    page.goto(link)
    expect(page.locator("main form button[type=submit]")).to_be_visible()
    assert httpx.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert standing(page, demo, "francois@example.org") == "abgemeldet"


def standing(page: Page, demo: Demo, address: str) -> str:
    """The standing that the registry in the admin shows."""
    log_in(page, demo)
    page.goto(f"{demo.facts['admin']}tasks/subscriber/?q={address}")
    row = page.locator("tr", has_text=address)
    return next(word for word in ("bestätigt", "abgemeldet", "noch nicht") if word in row.inner_text())


def test_mailbox_can_be_read_in_the_browser(page: Page, demo: Demo) -> None:
    page.goto(demo.facts["mailbox"])
    expect(page.locator("body")).to_contain_text("anna@example.org")

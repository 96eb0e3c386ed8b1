"""Taking a list of people over in the admin, with a worker that does it while the editor looks on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Demo, start_demo
from tests.e2e.test_main_job import log_in
from tests.e2e.test_newsletter import PHONE
from tests.e2e.test_site import WCAG

pytestmark = pytest.mark.e2e

PEOPLE = 3000
"""Several chunks, so that there is a progress to be seen."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own: other tests count its subscribers."""
    running = start_demo(tmp_path_factory.mktemp("import") / "var")
    yield running
    os.killpg(running.process.pid, signal.SIGINT)
    running.process.wait(timeout=60)


def people() -> FilePayload:
    lines = "".join(f"person{n}@example.org;Deutsch;congress\n" for n in range(PEOPLE))
    text = f"E-Mail;Sprache;Themen\n{lines}keine-adresse;Deutsch;congress\n"
    return {"name": "verein.csv", "mimeType": "text/csv", "buffer": text.encode()}


def look(page: Page) -> None:
    found = Axe().run(page, context=".nice-padding", options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_a_list_is_uploaded_checked_and_imported_on_a_phone(page: Page, demo: Demo) -> None:
    log_in(page, demo)
    page.set_viewport_size(PHONE)
    page.goto(f"{demo.facts['admin']}imports/new/")
    look(page)
    page.locator("input[type=file]").set_input_files(people())
    page.locator("form:has([type=file]) button[type=submit]").click()

    expect(page.locator("[name=column_0]")).to_have_value("email")
    look(page)
    page.locator("[name=consent_source]").fill("Papierliste der Mitgliederversammlung")
    page.get_by_role("button", name="Datei prüfen").click()

    # The check goes on by itself; the view follows without being loaded again.
    importing = page.get_by_role("button", name="3.000 Personen importieren")
    expect(importing).to_be_visible(timeout=60_000)
    expect(page.locator("main")).to_contain_text("Das ist keine gültige E-Mail-Adresse")
    look(page)

    importing.click()
    expect(page.get_by_role("heading", name="Importiert")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-status]")).not_to_be_empty()
    look(page)

"""Messages that are passed on: only confirmed ones, once, and without an address being shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from partnerships.models import NoticeMail, RelayMessage
from partnerships.requests import relay
from tests.factories.pages import SiteTree
from tests.factories.partnerships import municipality, partnership, partnership_page
from tests.factories.requests import SENDER, contact, link_in, notice, pages, sent_mails

WRITER = "writer@example.org"
FORM = {
    "name": "Paul\r\nBcc: all@example.org",
    "email": WRITER,
    "language": "fr",
    "text": "Bonjour\n.\nà vous",
}


@pytest.fixture(autouse=True)
def shown(site_tree: SiteTree) -> None:
    """Somewhere that requests are shown."""
    pages(site_tree)


def test_nothing_is_passed_on_before_the_writer_has_confirmed(client: Client) -> None:
    record = notice()
    page = client.get(f"/de/requests/{record.public_id}/write/")
    assert SENDER not in page.content.decode()
    client.post(f"/de/requests/{record.public_id}/write/", FORM)
    [asking] = sent_mails()
    assert asking.to == [WRITER]
    path = link_in(asking)
    client.get(path)
    assert sent_mails() == []
    client.post(path)
    client.post(path)
    passed_on, copy = sorted(sent_mails(), key=lambda message: message.to != [SENDER])
    assert passed_on.to == [SENDER]
    assert passed_on.reply_to == ['"Paul Bcc: all@example.org" <writer@example.org>']
    assert "Bonjour\n.\nà vous" in passed_on.body.replace("\r\n", "\n")
    assert copy.to == [WRITER]
    assert SENDER not in copy.message().as_string()
    for message in (passed_on, copy):
        assert message.from_email == "Antenne <antenne@example.org>"
        assert "bcc" not in {name.lower() for name in message.message().keys()}  # noqa: SIM118 -- no dict
    assert sent_mails() == []


def test_an_association_is_written_to_only_while_its_consent_holds(
    site_tree: SiteTree, client: Client
) -> None:
    agreement = partnership()
    path = f"/de/requests/partnership/{agreement.public_id}/write/"
    hidden = contact(agreement, "hidden@example.org", visibility="internal")
    assert client.get(path).status_code == 404
    point = contact(agreement)
    html = client.get(path).content.decode()
    assert point.association.name in html
    assert "chair@example.org" not in html
    wrong = client.post(path, {**FORM, "association": str(hidden.association_id)})
    assert set(wrong.context["form"].errors) == {"association"}
    client.post(path, {**FORM, "association": str(point.association_id)})
    link = link_in(sent_mails()[0])
    point.consent_expires_on = timezone.localdate() - timedelta(days=1)
    point.save()
    client.post(link)
    assert sent_mails() == []
    point.consent_expires_on = timezone.localdate()
    point.save()
    client.post(link)
    assert {tuple(message.to) for message in sent_mails()} == {("chair@example.org",), (WRITER,)}


def test_the_partnership_page_offers_the_form_where_somebody_can_be_reached(
    site_tree: SiteTree, client: Client
) -> None:
    from partnerships.models import DirectoryPage

    agreement = partnership(municipality("Celle"), municipality("Meudon", "FR"))
    page = partnership_page(DirectoryPage.objects.get(locale__language_code="de"), agreement)
    link = f"/de/requests/partnership/{agreement.public_id}/write/"
    assert link not in client.get(page.url).content.decode()
    contact(agreement)
    html = client.get(page.url).content.decode()
    assert link in html
    assert "chair@example.org" not in html


def test_nobody_gets_more_than_enough_messages_in_a_day(client: Client, settings) -> None:
    settings.ANTENNE_RELAY_PER_RECIPIENT = 1
    record = notice()
    fields = {"name": "P", "language": "de", "text": "Hallo"}
    first, second = (
        relay.write({**fields, "email": f"w{number}@example.org"}, notice=record) for number in range(2)
    )
    assert relay.confirm(first) is relay.Outcome.PASSED_ON
    assert relay.confirm(second) is relay.Outcome.FULL
    second.refresh_from_db()
    assert second.confirmed_at is None


def test_what_is_over_cannot_be_written_to_any_more(client: Client) -> None:
    record = notice()
    message = relay.write({"name": "P", "email": WRITER, "language": "de", "text": "Hi"}, notice=record)
    record.status = "matched"
    record.save()
    message.refresh_from_db()
    assert relay.confirm(message) is relay.Outcome.GONE


def test_texts_and_addresses_are_forgotten_and_the_count_stays(db: None, settings) -> None:
    settings.ANTENNE_RELAY_TEXT_DAYS = 30
    record = notice()
    message = relay.write({"name": "P", "email": WRITER, "language": "de", "text": "Hi"}, notice=record)
    relay.confirm(message)
    assert len(sent_mails()) == 2
    long_ago = timezone.now() - timedelta(days=31)
    assert relay.forget() == 0
    RelayMessage.objects.update(created_at=long_ago)
    NoticeMail.objects.update(due_at=long_ago)
    assert relay.forget() == 1
    message.refresh_from_db()
    assert (message.name, message.email, message.text) == ("", "", "")
    assert message.confirmed_at
    assert set(NoticeMail.objects.values_list("recipient", flat=True)) == {""}


def test_what_nobody_confirmed_is_deleted_after_a_week(db: None) -> None:
    relay.write({"name": "P", "email": WRITER, "language": "de", "text": "Hi"}, notice=notice())
    RelayMessage.objects.update(created_at=timezone.now() - timedelta(days=8))
    relay.forget()
    assert not RelayMessage.objects.exists()

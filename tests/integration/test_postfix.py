"""Mails through a real Postfix into a mailbox, read there by parsers that are not ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

import mailparser
import pytest
from django.test import Client

from cms.models import SiteSettings
from tasks.announcements.actions import reopen, try_again
from tasks.announcements.models import Announcement
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.compose import identity, message_id
from tasks.newsletter.links import confirm_url, unsubscribe_url
from tasks.newsletter.models import Delivery, MailBody, SubscriptionRequest
from tasks.newsletter.send import send_confirmations, send_mails
from tasks.newsletter.sources import LINKS
from tasks.newsletter.subscribe import request_subscription
from tasks.newsletter.suppressions import is_suppressed
from tasks.newsletter.verp import return_path
from tests.doubles.postfix import Postfix, as_sent
from tests.doubles.rfc5322 import faults
from tests.doubles.signatures import keys_in, signatures_of
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

TITLE = "Städtepartnerschaft: Bühne frei 🎭"
SIGN_UP = {"email": "jörg@example.org", "language": "de", "topics": ["congress"], "frequency": "at_once"}
SIGN_UP |= {"consent": "on"}
LEAD = ".Punkt am Anfang\n..zwei Punkte\n.\nDanach geht es weiter: Straßenfest 🎉"


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    with Postfix("anna", "bernd", "neu", "jörg") as running:
        yield running


@pytest.fixture
def postfix(server: Postfix, settings, site_tree: SiteTree) -> Postfix:
    """Our relay, with empty mailboxes."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.DEFAULT_FROM_EMAIL = '"Antenne, Métropole" <news@example.org>'
    SiteSettings.objects.create(
        site=site_tree.site,
        organisation="Antenne Métropole",
        imprint_line="Antenne, Hannover",
        contact_email="kontakt@example.org",
    )
    server.empty()
    return server


def announce(site_tree: SiteTree, *names: str, title: str = TITLE, lead: str = LEAD) -> None:
    """A campaign to ``names``, all due."""
    for name in names:
        subscriber("de", email=f"{name}@example.org")
    publish(draft(site_tree.news["de"], title=title, lead=lead))
    route_due()


def arrived(postfix: Postfix, name: str = "anna") -> bytes:
    """The one mail of ``name`` as it left us."""
    assert not send_mails(30)
    [delivered] = postfix.mails(name)
    return as_sent(delivered)


def field(message: bytes, name: str) -> str:
    """A header field as it stands there, on one line."""
    lines = [line for line in message.partition(b"\n\n")[0].split(b"\n") if not line.startswith(b"\t")]
    [found] = [line for line in lines if line.lower().startswith(f"{name.lower()}:".encode())]
    return found.partition(b":")[2].decode("ascii").strip()


def composed(row: Delivery) -> tuple[str, str]:
    """(text, HTML) as they were stored, with the recipient's links."""
    body = MailBody.objects.get(campaign=row.campaign)
    person = row.subscriber.public_id
    ends = {slot: link(person, "de") for slot, link in LINKS.items() if slot in body.text + body.html}
    assert ends
    return filled(body.text, ends), filled(body.html, ends)


def filled(text: str, ends: dict[str, str]) -> str:
    for slot, link in ends.items():
        text = text.replace(slot, link)
    return text


def lines(text: str) -> list[str]:
    return text.rstrip().splitlines()


def test_campaign_arrives_as_it_was_composed(postfix: Postfix, site_tree: SiteTree) -> None:
    announce(site_tree, "anna", "bernd")
    raw = arrived(postfix)
    postfix.mails("bernd")
    assert faults(raw) == []
    mail = mailparser.parse_from_bytes(raw)
    row = Delivery.objects.get(address="anna@example.org")
    text, html = composed(row)
    assert ".\n" in text
    assert "🎉" in html
    assert lines(mail.text_plain[0]) == lines(text)
    assert lines(mail.text_html[0]) == lines(html)
    assert mail.subject == TITLE
    assert mail.from_ == [("Antenne, Métropole", "news@example.org")]
    assert mail.to == [("", "anna@example.org")]
    assert not mail.defects
    assert {row.state for row in Delivery.objects.all()} == {State.SENT}


def test_headers_for_machines(postfix: Postfix, site_tree: SiteTree) -> None:
    """Each on one line and never encoded: RFC 2369, 2919, 3834, 8058."""
    announce(site_tree, "anna")
    raw = arrived(postfix)
    row = Delivery.objects.get()
    link = unsubscribe_url(row.subscriber.public_id, "de")
    assert len(link) > 78
    assert field(raw, "List-Unsubscribe") == f"<{link}>, <mailto:kontakt@example.org?subject=unsubscribe>"
    assert field(raw, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert field(raw, "List-Id") == "congress (de) <congress.de.example.org>"
    assert field(raw, "List-Help") == field(raw, "List-Owner") == "<mailto:kontakt@example.org>"
    assert re.fullmatch(r"<https?://\S+/newsletter/\S*>", field(raw, "List-Subscribe"))
    assert field(raw, "Auto-Submitted") == "auto-generated"
    assert field(raw, "Precedence") == "bulk"
    assert field(raw, "Content-Language") == "de"
    parts = field(raw, "Feedback-ID").split(":")
    assert parts == [str(row.campaign.public_id), row.campaign.kind, "de", "example.org"]


def test_confirmation_arrives_and_is_no_list_mail(postfix: Postfix) -> None:
    request_subscription("neu@example.org", "fr", ["congress"], "oui", "/fr/newsletter/")
    assert not send_confirmations(30)
    raw = as_sent(postfix.mails("neu")[0])
    assert faults(raw) == []
    request = SubscriptionRequest.objects.get()
    mail = mailparser.parse_from_bytes(raw)
    assert request.state == State.SENT
    assert "Antenne Métropole" in mail.subject
    assert "/fr/newsletter/" in mail.text_plain[0]
    assert field(raw, "Message-ID") == message_id(request.public_id)
    assert field(raw, "Auto-Submitted") == "auto-generated"
    assert not re.search(rb"^(List-|Precedence)", raw, re.MULTILINE)


def test_same_delivery_sent_twice_is_the_same_to_the_byte(
    postfix: Postfix, site_tree: SiteTree, settings, tmp_path
) -> None:
    settings.ANTENNE_DKIM, published = keys_in(tmp_path)
    announce(site_tree, "anna")
    first = arrived(postfix)
    Delivery.objects.update(state=State.UNKNOWN)
    assert try_again(Delivery.objects.all()) == 1
    reopen(Announcement.objects.get())
    send_mails(30)
    assert [as_sent(mail) for mail in postfix.mails("anna", 2)] == [first, first]
    row = Delivery.objects.get()
    assert field(first, "Message-ID") == identity(row.campaign, row.pk)
    frozen = row.campaign.frozen_at.astimezone(UTC)
    assert field(first, "Date") == frozen.strftime("%a, %d %b %Y %H:%M:%S +0000")
    assert signatures_of(first.replace(b"\n", b"\r\n"), published) == {
        "rsa-sha256": True,
        "ed25519-sha256": True,
    }


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Ä" * 120 + "🎭" * 135, "Ä" * 120 + "🎭" * 135),
        ("harm\u202elos \u2066und\u2069 gut", "harmlos und gut"),
        ("עברית und عربى", "עברית und عربى"),
        ("Fest " * 51, ("Fest " * 51).strip()),
        ("W" * 255, "W" * 255),
        ("=?utf-8?q?kein?= Wort <b>&amp;", "=?utf-8?q?kein?= Wort <b>&amp;"),
    ],
)
def test_subjects_of_every_kind(postfix: Postfix, site_tree: SiteTree, title: str, subject: str) -> None:
    announce(site_tree, "anna", title=title)
    raw = arrived(postfix)
    assert faults(raw) == []
    # The parser leaves folded lines folded (RFC 5322 §2.2.3).
    assert re.sub(r"\r?\n(?=[ \t])", "", mailparser.parse_from_bytes(raw).subject) == subject


def test_nothing_can_be_smuggled_into_the_header(postfix: Postfix, site_tree: SiteTree, settings) -> None:
    smuggled = "Fest\r\nBcc: opfer@example.org\r\nX-Smuggled: ja\r\n\r\nKörper"
    SiteSettings.objects.update(organisation=smuggled[:120])
    announce(site_tree, "anna", title=smuggled)
    request_subscription("neu@example.org", "de", ["congress"], "ja", "/de/newsletter/")
    raw = arrived(postfix)
    for message in (raw, as_sent(postfix.mails("neu")[0])):
        assert faults(message) == []
        head = message.partition(b"\n\n")[0]
        assert not re.search(rb"^(Bcc|X-Smuggled):", head, re.MULTILINE | re.IGNORECASE)
        assert "X-Smuggled" in mailparser.parse_from_bytes(message).subject


def test_address_that_postfix_does_not_know_is_written_to_never_again(
    postfix: Postfix, site_tree: SiteTree
) -> None:
    announce(site_tree, "anna", "fort", "bernd", "weg")
    arrived(postfix)
    postfix.mails("bernd")
    states = dict(Delivery.objects.values_list("address", "state"))
    assert states == {
        "anna@example.org": State.SENT,
        "bernd@example.org": State.SENT,
        "fort@example.org": State.FAILED,
        "weg@example.org": State.FAILED,
    }
    gone = Delivery.objects.get(address="fort@example.org")
    assert (gone.code, gone.detail[:5]) == ("550", "5.1.1")
    assert [is_suppressed(address) for address in states] == [
        state == State.FAILED for state in states.values()
    ]


def test_many_mails_share_pipelined_connections(postfix: Postfix, site_tree: SiteTree, settings) -> None:
    """Every fifth is refused, in the middle of a pipeline; the others arrive all the same."""
    settings.ANTENNE_MAIL_CONNECTIONS = 2
    for number in range(50):
        name = f"weg{number}" if number % 5 == 0 else f"anna+{number}"
        subscriber("de", email=f"{name}@example.org")
    announce(site_tree)
    before = postfix.log().count("connect from")
    assert not send_mails(60)
    assert Delivery.objects.filter(state=State.SENT).count() == 40
    assert Delivery.objects.filter(state=State.FAILED).count() == 10
    delivered = [mailparser.parse_from_bytes(mail).to[0][1] for mail in postfix.mails("anna", 40)]
    assert sorted(delivered) == sorted(f"anna+{number}@example.org" for number in range(50) if number % 5)
    assert postfix.log().count("connect from") - before <= 2 * settings.ANTENNE_MAIL_CONNECTIONS


def test_return_path_names_the_delivery(postfix: Postfix, site_tree: SiteTree, settings) -> None:
    settings.ANTENNE_BOUNCE_ADDRESS = "bounces@example.org"
    announce(site_tree, "anna")
    send_mails(30)
    [delivered] = postfix.mails("anna")
    assert field(delivered, "Return-Path") == f"<{return_path(Delivery.objects.get().pk)}>"


def test_return_path_is_our_own_address_without_one_for_bounces(postfix: Postfix, site_tree: Any) -> None:
    announce(site_tree, "anna")
    send_mails(30)
    assert field(postfix.mails("anna")[0], "Return-Path") == "<news@example.org>"


def test_letters_outside_ascii_before_the_at_arrive_where_the_relay_takes_them(
    postfix: Postfix, site_tree: SiteTree, client: Client
) -> None:
    """SMTPUTF8 (RFC 6531), learned from the relay itself: the sign-up, its confirmation and a campaign."""
    announce(site_tree, "anna")
    send_mails(30)
    assert client.post("/de/newsletter/", SIGN_UP).status_code == 302
    assert not send_confirmations(30)
    [confirmation] = postfix.mails("jörg")
    assert mailparser.parse_from_bytes(as_sent(confirmation)).to == [("", "jörg@example.org")]
    client.post(urlsplit(confirm_url(SubscriptionRequest.objects.get())).path)
    announce(site_tree)
    send_mails(30)
    mail = as_sent(postfix.mails("jörg", 2)[1])
    assert faults(mail) == ["a header that is not ASCII"]
    assert [line for line in mail.splitlines() if not line.isascii()] == ["To: jörg@example.org".encode()]
    assert Delivery.objects.get(address="jörg@example.org").state == State.SENT


def test_they_are_refused_at_sign_up_where_the_relay_does_not(
    postfix: Postfix, site_tree: SiteTree, client: Client, settings
) -> None:
    with Postfix("anna", more="smtputf8_enable = no\n") as old:
        settings.EMAIL_PORT = old.port
        announce(site_tree, "anna")
        send_mails(30)
        old.mails("anna")
    page = client.post("/en/newsletter/", SIGN_UP)
    assert page.status_code == 200
    assert "cannot write to letters such as “ö” before the “@”" in page.content.decode()
    assert not SubscriptionRequest.objects.exists()

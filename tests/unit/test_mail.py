"""What a mail consists of."""

from __future__ import annotations

import re
import uuid
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.core.signing import Signer
from django.utils import timezone

from cms.announceable import AnnouncementContent, Fact
from cms.models import SiteSettings
from tasks.announcements.route import route_due
from tasks.newsletter import compose
from tasks.newsletter.compiled import compile_mail, message, on_the_wire
from tasks.newsletter.compose import LINK_SLOT, SETTINGS_SLOT, Parts, campaign_parts, identity, one_line
from tasks.newsletter.links import UNSUBSCRIBE_SALT, permanent_token, settings_url, unsubscribe_url
from tasks.newsletter.models import Campaign, Delivery
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

CONTENT = AnnouncementContent(
    title="Kongress der Städtepartnerschaften & mehr",
    lead="Zwei Tage <in> Hannover.",
    url="http://testserver/de/kongress/",
    locale="de",
    topic="congress",
    kind="Kongress",
    facts=(Fact("Ort", "Haus der Jugend"),),
    body_html='<h2>Programm</h2><p>Mit <a href="http://testserver/x/">Anfahrt</a>.</p>',
    funder="Gefördert vom Amt",
)


@pytest.fixture
def mails(site_tree: SiteTree) -> dict[str, EmailMessage]:
    """The parsed mail for one reader of each language: language → message."""
    SiteSettings.objects.create(
        site=site_tree.site,
        organisation="Antenne Métropole",
        imprint_line="Antenne Métropole\nHannover",
        contact_email="kontakt@example.org",
    )
    for language in ("de", "fr", "en"):
        subscriber(language, email=f"{language}@example.org")
    publish(draft(site_tree.news["de"]))
    route_due()
    for version in Campaign.objects.first().announcement.versions.all():
        version.snapshot = CONTENT.to_json()
        version.save()
    return {row.campaign.language: parsed(row) for row in Delivery.objects.select_related("campaign")}


def parsed(delivery: Delivery) -> EmailMessage:
    return message_from_bytes(bytes_of(delivery), policy=policy.default)


def bytes_of(delivery: Delivery) -> bytes:
    campaign = Campaign.objects.get(pk=delivery.campaign_id)
    person = delivery.subscriber.public_id
    links = {
        LINK_SLOT: unsubscribe_url(person, campaign.language),
        SETTINGS_SLOT: settings_url(person, campaign.language),
    }
    name = identity(campaign, delivery.pk)
    raw = message(campaign_parts(campaign), delivery.address, links, name, timezone.now())
    assert b"\r\n" in raw
    assert not re.search(rb"(?<!\r)\n", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    return raw


def text(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def html(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()


def test_mail_has_a_text_and_an_html_part(mails) -> None:
    assert mails["de"].get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mails["de"].iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("part", [text, html])
def test_each_part_says_everything(mails, part) -> None:
    content = part(mails["de"])
    for words in ("Haus der Jugend", "Programm", "Anfahrt", "Gefördert vom Amt", CONTENT.url, "Hannover"):
        assert words in content
    assert "/de/newsletter/unsubscribe/" in content


def test_text_is_text_and_html_is_escaped(mails) -> None:
    assert "Zwei Tage <in> Hannover." in text(mails["de"])
    assert "Zwei Tage &lt;in&gt; Hannover." in html(mails["de"])
    assert "Städtepartnerschaften &amp; mehr" in html(mails["de"])


def test_headers_of_a_list_mail(mails) -> None:
    mail = mails["de"]
    assert mail["Subject"] == CONTENT.title
    assert mail["To"] == "de@example.org"
    assert mail["List-Id"].endswith("<congress.de.example.org>")
    assert re.fullmatch(r"<http\S+/unsubscribe/\S+/>, <mailto:\S+>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Content-Language"] == "de"
    assert mail["Message-ID"].endswith("@example.org>")


def test_machine_readable_headers_are_plain_lines(mails) -> None:
    """As bytes, because a parser would decode what a mail program does not."""
    raw = bytes_of(Delivery.objects.get(address="de@example.org"))
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    assert re.search(r"^List-Unsubscribe: <http\S+/unsubscribe/\S+/>, <mailto:\S+>\r?$", head, re.MULTILINE)
    assert re.search(r"^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$", head, re.MULTILINE)
    assert re.search(r"^List-Id: congress \(de\) <congress\.de\.example\.org>\r?$", head, re.MULTILINE)


def test_topic_is_named_in_the_readers_language(mails) -> None:
    assert "Congrès" in text(mails["fr"])


def test_markup_that_cannot_be_read_leaves_a_mail_of_text(mails, caplog) -> None:
    assert compose._html("<mjml><mj-body><b></mj-body></mjml>") == ""
    assert "markup" in caplog.text
    parts = Parts("Titel", "Text\n", "", "de")
    raw = message(parts, "a@example.org", {}, "<1@example.org>", timezone.now())
    assert message_from_bytes(raw, policy=policy.default).get_content_type() == "text/plain"


def test_subject_is_one_line_and_keeps_its_typography() -> None:
    assert one_line("Congrès\u00a0: «\u00a0échanges\u00a0»") == "Congrès\u00a0: «\u00a0échanges\u00a0»"
    assert one_line("Titel\r\nBcc: x@example.org\t!") == "Titel  Bcc: x@example.org !"
    assert one_line("harm\u202elos") == "harmlos"


def test_permanent_tokens_are_those_of_the_signer() -> None:
    person = uuid.uuid4()
    assert permanent_token(person, UNSUBSCRIBE_SALT) == Signer(salt=UNSUBSCRIBE_SALT).sign(person.hex)


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/" + "a.b=" * 60,
        "." * 200,
        "https://example.org/" + "x" * 55 + "." + "y" * 100,
        "https://example.org/ü",
    ],
)
@pytest.mark.parametrize("html", ["", f"<p>Größe =\n.\n<a href='{LINK_SLOT}'>x</a> {LINK_SLOT}</p>\n"])
def test_links_of_any_shape_arrive_as_they_are(link: str, html: str) -> None:
    parts = Parts("Betreff", f"Hallo\n.\n{LINK_SLOT}", html, "de", {})
    compiled = compile_mail(parts, timezone.now())
    ends = {LINK_SLOT: link}
    raw = compiled.render("a@example.org", "<1@example.org>", ends)
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == f"Hallo\n.\n{link}\n"
    if html:
        shown = mail.get_body(("html",)).get_content().replace("\r\n", "\n")
        assert shown == html.replace(LINK_SLOT, link)
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    wire = compiled.payload("a@example.org", "<1@example.org>", ends)
    assert wire == on_the_wire(raw)


def test_message_id_is_the_same_for_every_attempt(mails) -> None:
    row = Delivery.objects.get(address="de@example.org")
    assert parsed(row)["Message-ID"] == mails["de"]["Message-ID"]
    assert len({mail["Message-ID"] for mail in mails.values()}) == 3


def test_unsubscribe_link_in_header_and_text_are_the_same_and_without_address(mails) -> None:
    link = mails["fr"]["List-Unsubscribe"].split(">")[0].strip("<")
    assert link in text(mails["fr"])
    assert "example.org" not in link.partition("/newsletter/")[2]


def test_own_language_has_no_frame(mails) -> None:
    assert "nicht in Ihre Sprache" not in text(mails["de"])
    assert "original" not in text(mails["de"]).lower()


def test_other_language_comes_in_a_frame_that_says_so(mails) -> None:
    assert "You are reading the original (German)." in text(mails["en"])
    assert "Unsubscribe" in text(mails["en"])
    assert CONTENT.title in text(mails["en"])
    assert 'lang="de"' in html(mails["en"])
    assert mails["en"]["Content-Language"] == "de, en"


def test_html_has_language_and_no_foreign_resource(mails) -> None:
    assert re.search(r"<html[^>]* lang=\"fr\"", html(mails["fr"]))
    assert re.findall(r"<link|@import|@font-face|src=|url\(", html(mails["fr"])) == []
    assert len(html(mails["fr"])) < 100_000

"""Composing mails: everything that is the same for all recipients is done once."""

from __future__ import annotations

import logging
import unicodedata
import uuid
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

import mrml
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override
from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from wagtail.models import Site

from cms.models import SiteSettings
from tasks.newsletter.models import Campaign
from tasks.newsletter.topics import topic_label

logger = logging.getLogger(__name__)

# Characters that change the direction of what follows: they can make a subject read as another.
BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Stand where each recipient's own links go; nothing else in a mail can contain them.
LINK_SLOT = "https://link.invalid/7f1d8a"
"""Ends the subscription (``links.unsubscribe_url``)."""
SETTINGS_SLOT = "https://link.invalid/5e77ab"
"""Leads to the preference centre (``links.settings_url``)."""


@dataclass(frozen=True)
class Parts:
    """A mail without its recipient."""

    subject: str
    text: str
    html: str
    language: str
    headers: dict[str, str] = field(default_factory=dict)


def sender_address() -> str:
    """The bare address that mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def mail_domain() -> str:
    """The domain of our own addresses, for message and list ids."""
    return sender_address().rpartition("@")[2]


def site_settings() -> SiteSettings:
    """The settings of the default site; empty ones where there is no site."""
    site = Site.objects.filter(is_default_site=True).first()
    return SiteSettings.for_site(site) if site else SiteSettings()


def render(template: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """(text, HTML) of ``tasks/mail/<template>`` in ``language``; the HTML is made from MJML."""
    with override(language):
        links = {"link": LINK_SLOT, "settings_link": SETTINGS_SLOT}
        full = {"language": language, "site": site_settings(), **links, **context}
        if content := context.get("content"):
            full["topic"] = topic_label(content.topic)
        text = render_to_string(f"tasks/mail/{template}.txt", full).strip() + "\n"
        markup = render_to_string(f"tasks/mail/{template}.mjml", full)
    return text, _html(markup)


def _html(markup: str) -> str:
    """HTML from MJML; empty, with a word in the log, where the markup cannot be read.

    A mail that is text alone is better than none.
    """
    try:
        return str(mrml.to_html(markup).content)
    except OSError:
        logger.exception("A mail has no HTML part, because its markup cannot be read")
        return ""


def plain(html: str) -> str:
    """Running text for the text part, with headings and lists kept apart and links written out."""
    text: str = get_text(html, ParserConfig(display_links=False))
    return text.strip()


def campaign_parts(campaign: Campaign) -> Parts:
    """The mail of ``campaign`` in its readers' language, around the content's own language."""
    if campaign.version is None:
        raise ValueError(f"Campaign {campaign.pk} has no version to send")
    content = campaign.version.content
    context = {
        "content": content,
        "framed": campaign.framed,
        "body_text": plain(content.body_html),
    }
    text, html = render("announcement", campaign.language, context)
    return Parts(content.title, text, html, campaign.language, _list_headers(campaign, content.topic))


def _list_headers(campaign: Campaign, topic: str) -> dict[str, str]:
    """Headers of RFC 2919, 2369 and 8058 that do not depend on the recipient."""
    contact = site_settings().contact_email or sender_address()
    languages = {campaign.language, campaign.version.language if campaign.version else campaign.language}
    return {
        "List-Id": f"{topic} ({campaign.language}) <{topic}.{campaign.language}.{mail_domain()}>",
        "List-Help": f"<mailto:{contact}>",
        "List-Owner": f"<mailto:{contact}>",
        **_pages_of_the_list(campaign.language),
        "List-Unsubscribe": f"<{LINK_SLOT}>, <mailto:{contact}?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        # Campaign, kind, language, sender: Gmail counts complaints by each of the four.
        "Feedback-ID": f"{campaign.public_id}:{campaign.kind}:{campaign.language}:{mail_domain()}",
        "Content-Language": ", ".join(sorted(languages)),
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _pages_of_the_list(language: str) -> dict[str, str]:
    """Headers that name pages of the site; those that the site has."""
    found = {}
    for name, view in (("List-Subscribe", "newsletter:subscribe"), ("List-Archive", "newsletter:archive")):
        try:
            with override(language):
                found[name] = f"<{settings.WAGTAILADMIN_BASE_URL}{reverse(view)}>"
        except NoReverseMatch:
            continue
    return found


def message_id(public_id: uuid.UUID) -> str:
    """The same for every attempt, so that a receiver can tell a repetition (RFC 5322 §3.6.4)."""
    name = uuid.uuid5(public_id, settings.WAGTAILADMIN_BASE_URL)
    return f"<{name}@{mail_domain()}>"


def identity(campaign: Campaign, delivery: int) -> str:
    """The Message-ID of one delivery of ``campaign``, the same for every attempt."""
    return message_id(uuid.uuid5(campaign.public_id, str(delivery)))


def one_line(text: str) -> str:
    """``text`` for a header: without line ends, control characters and changes of direction."""
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text if char not in BIDI)

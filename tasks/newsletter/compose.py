"""Composing mails: everything that is the same for all recipients is done once."""

from __future__ import annotations

import logging
import unicodedata
import uuid
from dataclasses import dataclass, field
from email.utils import parseaddr
from functools import cache
from typing import Any

import css_inline
import mrml
from bs4 import BeautifulSoup
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override
from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from wagtail.models import Site

from cms.announceable import AnnouncementContent
from cms.models import SiteSettings
from tasks.newsletter.fit import fitted
from tasks.newsletter.keyed import keyed
from tasks.newsletter.links import web_url
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

# Many mail programs read styles at the elements alone; media queries, and with them the dark
# colours, stay for the others. Nothing is ever fetched.
INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


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
    return _bare(settings.DEFAULT_FROM_EMAIL)


@cache
def _bare(sender: str) -> str:
    return parseaddr(sender)[1]


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
        markup = render_to_string(f"tasks/mail/{template}.mjml", _full(language, context))
    return render_text(template, language, context), _html(markup)


def render_text(template: str, language: str, context: dict[str, Any]) -> str:
    """The text part alone."""
    with override(language):
        return render_to_string(f"tasks/mail/{template}.txt", _full(language, context)).strip() + "\n"


def _full(language: str, context: dict[str, Any]) -> dict[str, Any]:
    own = {"language": language, "site": site_settings(), "link": LINK_SLOT, "settings_link": SETTINGS_SLOT}
    content = context.get("content")
    return {**own, **context, **({"topic": topic_label(content.topic)} if content else {})}


def _html(markup: str) -> str:
    """HTML from MJML; empty, with a word in the log, where the markup cannot be read.

    A mail that is text alone is better than none.
    """
    try:
        return str(INLINER.inline(mrml.to_html(markup).content))
    except (OSError, css_inline.InlineError):
        logger.exception("A mail has no HTML part, because its markup cannot be read")
        return ""


def plain(html: str, *, links: bool = False) -> str:
    """Running text for the text part; ``links`` writes their addresses out, a line each."""
    text: str = get_text(_spelt_out(html) if links else html, ParserConfig(display_links=False))
    return text.strip()


def _spelt_out(html: str) -> str:
    """``html`` with the address of every link behind the block that it stands in."""
    soup = BeautifulSoup(f"<!-- -->{html}", "html.parser")
    for link in soup.find_all("a", href=True):
        block = link.find_parent(["p", "li", "h2", "h3"]) or link
        line = soup.new_tag("div")
        line.string = str(link["href"])
        following = block.find_next_sibling()
        after = following if block.name == "h3" and following is not None and following.name == "p" else block
        (after.append if after.name == "li" else after.insert_after)(line)
    return str(soup)


def campaign_parts(campaign: Campaign) -> Parts:
    """The mail of ``campaign`` in its readers' language, around the content's own language."""
    if campaign.version is None:
        raise ValueError(f"Campaign {campaign.pk} has no version to send")
    content = campaign.version.content
    links = bool(content.mail_mjml)
    context = {
        "content": content,
        "framed": campaign.framed,
        "body_text": plain(content.body_html, links=links),
        "web_url": web_url(campaign),
    }

    def html_of(shown: AnnouncementContent, cut: bool) -> str:
        return render("announcement", campaign.language, {**context, "content": shown, "cut": cut})[1]

    text = render_text("announcement", campaign.language, context)
    html = fitted(html_of, content)
    languages = {campaign.language, campaign.version.language}
    headers = list_headers(campaign, content.topic, languages)
    return Parts(content.title, text, html, campaign.language, headers)


def list_headers(campaign: Campaign, topic: str, languages: set[str]) -> dict[str, str]:
    """Headers of RFC 2919, 2369 and 8058 that do not depend on the recipient."""
    contact = site_settings().contact_email or sender_address()
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


def message_id(public_id: uuid.UUID, part: int = 0) -> str:
    """The same for every attempt, so that a receiver can tell a repetition (RFC 5322 §3.6.4).

    Keyed, because it proves to us that a bounce's sender saw the mail, and public ids of campaigns
    stand in the addresses of web versions.
    """
    code = keyed("message-id")
    code.update(f"{public_id} {part}".encode())
    return f"<{uuid.UUID(bytes=code.digest()[:16])}@{mail_domain()}>"


def identity(campaign: Campaign, delivery: int) -> str:
    """The Message-ID of one delivery of ``campaign``, the same for every attempt."""
    return message_id(campaign.public_id, delivery)


def one_line(text: str) -> str:
    """``text`` for a header: without line ends, control characters and changes of direction."""
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text if char not in BIDI)

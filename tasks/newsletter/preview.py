"""What readers of each language would get, made by the code that sends it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from cms.announceable import Announceable
from cms.middleware import foreign_origin, policy
from tasks.announcements.models import AnnouncementVersion
from tasks.newsletter.compose import LINK_SLOT, SETTINGS_SLOT, Parts, campaign_parts
from tasks.newsletter.models import LANGUAGES, Campaign

LOOKS = {"light": _("mail"), "dark": _("mail, dark"), "phone": _("mail, phone"), "text": _("plain text")}
DARK = "@media (prefers-color-scheme: dark)"
LOOKS_OF_ALL_DEVICES = "@media all"


def modes() -> list[tuple[str, str]]:
    """(key, label) of every language and look; the key is ``fr-dark``."""
    names = {code: name for code, name in LANGUAGES if code in settings.ANTENNE_NEWSLETTER_LANGUAGES}
    return [
        (f"{code}-{look}", f"{name}: {label}")
        for code, name in names.items()
        for look, label in LOOKS.items()
    ]


def parts_of(page: Announceable, language: str) -> Parts:
    """The mail of ``page``, as it is now, to readers of ``language``. Nothing is stored."""
    content = page.get_announcement()
    version = AnnouncementVersion(
        language=content.locale, title=content.title[:255], snapshot=content.to_json()
    )
    return campaign_parts(Campaign(language=language, version=version, in_archive=False))


def harmless(parts: Parts) -> tuple[str, str]:
    """(text, HTML) whose personal links lead nowhere."""
    text, html = parts.text, parts.html
    for slot in (LINK_SLOT, SETTINGS_SLOT):
        text, html = text.replace(slot, "#"), html.replace(slot, "#")
    return text, html


def shown(page: Any, language: str, look: str) -> HttpResponse:
    """One look as a page for a frame; scripts and forms in it do nothing."""
    parts = parts_of(page, language)
    text, html = harmless(parts)
    if look == "text" or not html:
        html = render_to_string("tasks/admin/mail_text.html", {"text": text, "parts": parts})
    elif look == "dark":
        html = html.replace(DARK, LOOKS_OF_ALL_DEVICES)
    elif look == "phone":
        html = render_to_string("tasks/admin/mail_phone.html", {"html": html, "parts": parts})
    response = HttpResponse(html)
    response["Content-Security-Policy"] = policy(
        default_src="'none'",
        img_src=f"'self' data:{foreign_origin(settings.MEDIA_URL)}",
        style_src="'unsafe-inline'",
        frame_src="'self'",
        frame_ancestors="'self'",
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response

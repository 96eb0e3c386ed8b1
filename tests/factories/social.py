"""Accounts, drafts and tickets of social media."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cms.announceable import AnnouncementContent, Picture
from tasks.social.models import SocialAccount
from tasks.social.values import Draft, Rendered, Ticket

URL = "https://antenne.example/de/aktuelles/kongress/"


def content(**fields: Any) -> AnnouncementContent:
    """What a page says when it is announced."""
    known = {
        "title": "Kongress der Partnerstädte",
        "lead": "Zwei Tage Austausch in Hannover.",
        "url": URL,
        "locale": "de",
        "topic": "congress",
        "kind": "Kongress",
        "hashtags": ("Städtepartnerschaft", "Jumelage"),
    }
    return AnnouncementContent(**known | fields)


def draft(**fields: Any) -> Draft:
    """A draft of ``content``; fields of the content may be given, too."""
    own = {name: fields.pop(name) for name in ("template", "image", "hashtags") if name in fields}
    made = content(**fields)
    return Draft(**{"content": made, "hashtags": made.hashtags, **own})


def picture(url: str = "https://antenne.example/media/bild.jpg", alt: str = "Zwei Fahnen") -> Picture:
    """An image of the page."""
    return Picture(url, alt, 1200, 800)


def rendered(text: str = f"Kongress\n\n{URL}", **fields: Any) -> Rendered:
    """A post that is laid out."""
    return Rendered(**{"text": text, "language": "de", "url": URL, "title": "Kongress", **fields})


def ticket(key: str = "antenne-1", **fields: Any) -> Ticket:
    """The same in every attempt."""
    now = timezone.now().replace(microsecond=0)
    return Ticket(**{"key": key, "at": now, "url": URL, "since": now - timedelta(hours=1), **fields})


def account(channel: str, **fields: Any) -> SocialAccount:
    """A stored account."""
    return SocialAccount.objects.create(**{"name": channel.title(), "channel": channel, **fields})

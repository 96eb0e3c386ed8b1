"""Where everything is. These addresses are ids to other servers, so they never change."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from tasks.newsletter.links import absolute
from tasks.social.activitypub.models import Note
from tasks.social.models import SocialAccount


def host() -> str:
    """What follows the second @ of our handles."""
    return urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc


def handle(account: SocialAccount) -> str:
    """``@name@host``, what people search for."""
    return f"@{account.options.get('handle', '')}@{host()}"


def actor_uri(account: SocialAccount) -> str:
    """The account's id."""
    return absolute(reverse("activitypub:actor", args=[account.pk]))


def part_uri(account: SocialAccount, name: str) -> str:
    """Its inbox, outbox, followers or following."""
    return absolute(reverse(f"activitypub:{name}", args=[account.pk]))


def key_uri(account: SocialAccount) -> str:
    """The id of its key."""
    return f"{actor_uri(account)}#main-key"


def shared_inbox_uri() -> str:
    """One inbox for all accounts."""
    return absolute(reverse("activitypub:shared_inbox"))


def note_uri(note: Note) -> str:
    """The id of one post."""
    return absolute(reverse("activitypub:note", args=[note.public_id]))


def host_of(uri: str) -> str:
    """Host and port of an address, in small letters; empty for what is none."""
    try:
        address = urlsplit(uri)
        address.port  # noqa: B018 -- raises for a port that is no number
    except ValueError:
        return ""
    safe = address.scheme == "https" or (settings.ANTENNE_HTTP_ALLOW_PRIVATE and address.scheme == "http")
    return address.netloc.lower() if safe and address.hostname and not address.username else ""

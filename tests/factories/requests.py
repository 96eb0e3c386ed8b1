"""Requests, the pages that show them, and what a browser sends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.core import mail
from django.utils import timezone

from partnerships.models import (
    Association,
    ContactPoint,
    DirectoryPage,
    Municipality,
    Notice,
    Partnership,
    RequestsPage,
    Topic,
)
from partnerships.requests.chores import work
from tests.factories.pages import SiteTree
from tests.factories.partnerships import directory, municipality

SENDER = "choir@example.org"


def pages(tree: SiteTree) -> dict[str, RequestsPage]:
    """Live pages of requests in German and French, by language code."""
    found: dict[str, RequestsPage] = {}
    for language, parent in directory(tree).items():
        page = RequestsPage(title=f"Requests {language}", slug="requests", locale=parent.locale, live=False)
        if found:
            page.translation_key = found["de"].translation_key
        DirectoryPage.objects.get(pk=parent.pk).add_child(instance=page)
        page.save_revision().publish()
        found[language] = RequestsPage.objects.get(pk=page.pk)
    return found


def notice(place: Municipality | None = None, **fields: Any) -> Notice:
    """An open request in German of a place of its own."""
    defaults = {
        "municipality": place or municipality(),
        "kind": "seeks_exchange_group",
        "status": "open",
        "title_de": "Chor gesucht",
        "text_de": "Wir singen gern.",
        "sender_name": "Anna",
        "sender_email": SENDER,
        "expires_on": timezone.localdate() + timedelta(days=100),
    }
    return Notice.objects.create(**{**defaults, **fields})


def topic(key: str) -> Topic:
    """The topic with this key, which comes with the database or is made."""
    return Topic.objects.get_or_create(key=key, defaults={"name_de": key, "name_fr": key, "name_en": key})[0]


def contact(partnership: Partnership, email: str = "chair@example.org", **fields: Any) -> ContactPoint:
    """A contact of an association of the partnership, with consent."""
    association = Association(name=f"Amis {email.partition('@')[0]}")
    association.save()
    association.partnerships.add(partnership)
    association.save()
    defaults = {"visibility": "relay", "consent_given_on": timezone.localdate(), "role": "chair"}
    return ContactPoint.objects.create(association=association, email=email, **{**defaults, **fields})


def sent_mails() -> list[Any]:
    """All mails that go out now, the oldest first."""
    mail.outbox.clear()
    work(5)
    return list(mail.outbox)


def link_in(message: Any) -> str:
    """The path of the one link in a mail."""
    found = re.findall(r"https?://[^/\s]+(/\w\w/requests/\S+)", str(message.body))
    assert len(found) == 1, message.body
    return str(found[0])

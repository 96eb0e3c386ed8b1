"""Scanners, previews and prefetching follow every link: to look at a page changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms.api.delivery import api
from tasks.announcements.route import route_due
from tasks.newsletter.links import (
    SETTINGS_SALT,
    UNSUBSCRIBE_SALT,
    confirm_url,
    permanent_token,
    preferences_url,
)
from tasks.newsletter.models import Campaign, SettingsRequest
from tasks.newsletter.subscribe import request_subscription
from tasks.newsletter.urls import urlpatterns
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

FILLED = {"email": "x@example.org", "language": "de", "topics": "congress", "frequency": "weekly"}
ACTING = {"consent": "on", "pause": "none", "List-Unsubscribe": "One-Click", "subject": "municipality:m-1"}
POST_ONLY = {"confirm_again", "leave"}
SUBSCRIPTIONS = "/api/delivery/v1/subscriptions"


def token_in(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


@pytest.fixture
def arguments(site_tree: SiteTree) -> dict[str, Any]:
    """What each address of the newsletter needs to work, by the name of its view."""
    person, long_ago = subscriber("de"), timezone.now() - timedelta(days=1)
    publish(draft(site_tree.news["de"]))
    route_due()
    campaign = Campaign.objects.get(language="de").public_id
    confirming = token_in(confirm_url(request_subscription("new@example.org", "de", ["congress"], "ja", "/")))
    own = token_in(
        preferences_url(
            SettingsRequest.objects.create(subscriber=person, language="de", requested_at=long_ago)
        )
    )
    return {
        **dict.fromkeys(("subscribe", "archive", "archive_feed", "check_mail"), None),
        **dict.fromkeys(("change_settings", "settings_sent", "erased"), None),
        **dict.fromkeys(("archived", "archived_mail"), campaign),
        **dict.fromkeys(("confirm", "confirm_again"), confirming),
        "unsubscribe": permanent_token(person.public_id, UNSUBSCRIBE_SALT),
        "settings_link": permanent_token(person.public_id, SETTINGS_SALT),
        **dict.fromkeys(("preferences", "leave", "own_data", "erase"), own),
    }


def everything() -> set[str]:
    """Every row of every table, but for the count of anonymous readers of the archive."""
    rows = ((model._meta.label, row) for model in apps.get_models() for row in model._base_manager.values())
    return {
        f"{label} { {name: value for name, value in row.items() if name != 'web_views'} }"
        for label, row in rows
    }


def look(client: Client, url: str, status: int) -> None:
    """Every way to look at ``url`` without sending a form."""
    for query in ({}, FILLED | ACTING):
        assert client.get(url, query).status_code == status, url
        assert client.head(url, query).status_code == status, url


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
def test_looking_changes_nothing(pattern: Any, arguments: dict[str, Any], client: Client) -> None:
    argument = arguments[pattern.name]
    url = reverse(f"newsletter:{pattern.name}", args=[] if argument is None else [argument])
    client.get("/de/newsletter/")  # fills what is kept from the first visit on
    before = everything()
    look(client, url, 405 if pattern.name in POST_ONLY else 200)
    assert everything() == before


def test_looking_at_the_api_changes_nothing(arguments: dict[str, Any], client: Client) -> None:
    paths = {path: ways for path, ways in api.get_openapi_schema()["paths"].items() if SUBSCRIPTIONS in path}
    assert len(paths) >= 5
    before = everything()
    for path, ways in paths.items():
        query = FILLED | {"token": arguments["unsubscribe"]}
        assert client.get(path).status_code == (200 if "get" in ways else 405), path
        for way in (client.head, client.get):
            way(path, query)
    assert everything() == before


def test_the_crawl_knows_its_pages_by_their_being_able_to_act(
    arguments: dict[str, Any], client: Client
) -> None:
    before = everything()
    for name in ("confirm", "unsubscribe", "settings_link"):
        assert client.post(reverse(f"newsletter:{name}", args=[arguments[name]])).status_code in (200, 302)
        assert everything() != before, name
        before = everything()

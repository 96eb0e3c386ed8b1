"""Pings, against a hub that then fetches the feed as hubs do."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import Client
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.models import Post, SocialAccount
from tasks.social.posts.sending import send_posts
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.social import account

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def pings(httpserver: HTTPServer) -> list[dict[str, str]]:
    """What the hub was told."""
    heard: list[dict[str, str]] = []

    def ping(request: Request) -> Response:
        heard.append(dict(request.form))
        return Response(status=204)

    httpserver.expect_request("/hub", method="POST").respond_with_handler(ping)
    return heard


@pytest.fixture
def hub(httpserver: HTTPServer) -> SocialAccount:
    return account("websub", server=httpserver.url_for("/hub"))


def published(site_tree: SiteTree, language: str = "de") -> Any:
    page = publish(draft(site_tree.news[language], title="Kongress"))
    route_due()
    send_posts(5)
    return page


def test_a_hub_is_told_and_finds_the_news_in_the_feed(
    hub: SocialAccount, pings: list[dict[str, str]], site_tree: SiteTree, client: Client
) -> None:
    page = published(site_tree)
    (ping,) = pings
    assert ping["hub.mode"] == "publish"
    assert ping["hub.topic"] == ping["hub.url"]
    feed = client.get(ping["hub.topic"].replace("http://localhost", ""))
    root = ET.fromstring(feed.content)  # our own feed
    links = {(link.get("rel"), link.get("href")) for link in root.findall(f"{ATOM}link")}
    assert ("hub", hub.server) in links
    assert [rel for rel, _href in links].count("self") == 1
    assert f'<{hub.server}>; rel="hub"' in feed["Link"]
    assert 'rel="self"' in feed["Link"]
    assert page.full_url in [link.get("href") for link in root.iter(f"{ATOM}link")]
    assert Post.objects.get().state == State.SENT


def test_a_feed_without_a_hub_names_none(site_tree: SiteTree, client: Client) -> None:
    assert b'rel="hub"' not in client.get("/de/feed.atom").content


def test_a_hub_of_one_language_stands_in_its_feed_only(site_tree: SiteTree, client: Client) -> None:
    account("websub", server="https://hub.example/", language="fr")
    assert b"hub.example" in client.get("/fr/feed.atom").content
    assert b"hub.example" not in client.get("/de/feed.atom").content


def test_each_language_has_its_own_feed(
    httpserver: HTTPServer, pings: list[dict[str, str]], site_tree: SiteTree
) -> None:
    account("websub", server=httpserver.url_for("/hub"), language="fr")
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    publish(french)
    route_due()
    send_posts(5)
    (ping,) = pings
    assert ping["hub.topic"].endswith("/fr/feed.atom")


def test_a_hub_that_does_not_answer_is_told_later(
    hub: SocialAccount, httpserver: HTTPServer, site_tree: SiteTree
) -> None:
    httpserver.expect_request("/hub").respond_with_data("", status=503)
    published(site_tree)
    assert Post.objects.get().state == State.DEFERRED

"""Pings, against a hub that then fetches the feed as hubs do."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tasks import outbox
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.digests.schedule import open_due
from tasks.newsletter.models import Campaign, Frequency, Subscriber
from tasks.social.contract import ChannelContract
from tasks.social.models import Post, SocialAccount
from tasks.social.posts.sending import send_posts
from tasks.social.websub.changed import ping_changed
from tasks.social.websub.channel import WebSubChannel
from tests.doubles.lossy_proxy import LossyProxy
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.social import account
from tests.factories.subscribers import subscriber

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


def discovered(client: Client, topic: str, hub: SocialAccount) -> ET.Element:
    """The feed at ``topic``, which names itself and the hub where readers look for them (WebSub, 4)."""
    feed = client.get(urlsplit(topic).path)
    root = ET.fromstring(feed.content)  # our own feed
    links = [(link.get("rel"), link.get("href")) for link in root.findall(f"{ATOM}link")]
    assert [href for rel, href in links if rel == "hub"] == [hub.server]
    assert [href for rel, href in links if rel == "self"] == [topic]
    assert feed["Link"] == f'<{topic}>; rel="self", <{hub.server}>; rel="hub"'
    return root


def test_a_hub_is_told_and_finds_the_news_in_the_feed(
    hub: SocialAccount, pings: list[dict[str, str]], site_tree: SiteTree, client: Client
) -> None:
    page = published(site_tree)
    (ping,) = pings
    assert ping["hub.mode"] == "publish"
    assert ping["hub.topic"] == ping["hub.url"]
    root = discovered(client, ping["hub.topic"], hub)
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


ARCHIVE = f"{settings.WAGTAILADMIN_BASE_URL}/de/newsletter/archive/feed.atom"


@pytest.fixture
def issue(site_tree: SiteTree) -> Campaign:
    """A mail that German readers were sent."""
    subscriber("de")
    publish(draft(site_tree.news["de"], title="Kongress in Lyon"))
    route_due()
    return Campaign.objects.get(language="de")


def topics(pings: list[dict[str, str]]) -> list[str]:
    return [ping["hub.topic"] for ping in pings]


def test_a_hub_hears_once_of_a_new_mail_and_finds_it_in_the_archives_feed(
    issue: Campaign, httpserver: HTTPServer, pings: list[dict[str, str]], client: Client
) -> None:
    hub = account("websub", server=httpserver.url_for("/hub"), language="de")
    for _round in range(2):
        outbox.social(5)
    assert topics(pings) == [ARCHIVE]
    root = discovered(client, ARCHIVE, hub)
    assert [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")] == ["Kongress in Lyon"]


def test_every_mail_is_told(
    issue: Campaign, hub: SocialAccount, pings: list[dict[str, str]], site_tree: SiteTree
) -> None:
    ping_changed(5)
    pings.clear()
    publish(draft(site_tree.news["de"], title="Der nächste"))
    route_due()
    ping_changed(5)
    assert ARCHIVE in topics(pings)


def test_a_digest_is_told(hub: SocialAccount, pings: list[dict[str, str]], site_tree: SiteTree) -> None:
    subscriber("de")
    weeks_ago = timezone.now() - timedelta(days=30)
    Subscriber.objects.update(frequency=Frequency.WEEKLY, digest_from=weeks_ago)
    publish(draft(site_tree.news["de"]))
    route_due()
    ping_changed(5)
    pings.clear()
    open_due(timezone.now() + timedelta(days=7))
    ping_changed(5)
    assert topics(pings) == [ARCHIVE]


def test_what_is_not_in_the_archive_is_not_told(
    issue: Campaign, hub: SocialAccount, pings: list[dict[str, str]]
) -> None:
    Campaign.objects.update(in_archive=False)
    assert not ping_changed(5)
    assert pings == []


def test_an_account_that_is_switched_off_tells_nothing(
    issue: Campaign, hub: SocialAccount, pings: list[dict[str, str]]
) -> None:
    SocialAccount.objects.update(active=False)
    ping_changed(5)
    assert pings == []


def test_a_hub_that_fails_is_told_of_the_mail_later(
    issue: Campaign, hub: SocialAccount, httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    httpserver.expect_request("/hub").respond_with_data("", status=503)
    ping_changed(5)
    ping_changed(5)
    assert len(httpserver.log) == 1
    assert f"The hub of account {hub.pk} is told later" in caplog.text
    httpserver.clear()
    httpserver.expect_request("/hub").respond_with_data("", status=204)
    kept = SocialAccount.objects.get().session
    SocialAccount.objects.get().keep_session(kept | {"again_at": 0})
    ping_changed(5)
    ping_changed(5)
    heard = [request.form["hub.topic"] for request, _response in httpserver.log]
    assert sorted(heard) == sorted(set(heard))
    assert ARCHIVE in heard


def test_an_account_of_all_languages_tells_of_a_translation_that_comes_later(
    hub: SocialAccount, pings: list[dict[str, str]], site_tree: SiteTree
) -> None:
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    route_due()
    outbox.social(5)
    assert "http://testserver/fr/feed.atom" not in topics(pings)
    publish(french)
    route_due()
    outbox.social(5)
    outbox.social(5)
    assert topics(pings).count("http://testserver/de/feed.atom") == 1
    assert topics(pings).count("http://testserver/fr/feed.atom") == 1


class Hub:
    """What it was told, each feed once: it fetches them itself."""

    image = None

    def __init__(self, server: HTTPServer) -> None:
        self.channel, self.proxy = WebSubChannel(), LossyProxy(server.url_for(""))
        self.account = account("websub", server=f"{self.proxy.url}/hub")
        self.feeds: dict[str, bool] = {}
        server.expect_request("/hub", method="POST").respond_with_handler(self._told)

    def _told(self, request: Request) -> Response:
        self.feeds[request.form["hub.topic"]] = True
        return Response(status=204)

    def texts(self) -> list[str]:
        return list(self.feeds)

    def lose_reply(self) -> None:
        self.proxy.losses = 1

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.proxy.refusals.append((status, headers or {}))


@pytest.fixture
def world(httpserver: HTTPServer, db: None) -> Iterator[Hub]:
    made = Hub(httpserver)
    yield made
    made.proxy.close()


class TestWebSub(ChannelContract):
    """All tests of the contract: what is previewed and posted is the address of a feed."""

    slug = "websub"

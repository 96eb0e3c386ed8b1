"""Leaving by one click (RFC 8058), as a mail program does it: it posts, without cookies, and that is all."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter import links
from tasks.newsletter.models import Delivery, Standing, Subscriber
from tasks.newsletter.send import send_mails
from tests.doubles.smtp import Behaviour
from tests.factories.pages import build_site_tree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

BODY = "List-Unsubscribe=One-Click"


@pytest.fixture
def link(live_server: Any, relay: Behaviour, settings: Any) -> Any:
    """The address in the header of a mail that was sent, on a site that answers."""
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    links._template.cache_clear()
    tree = build_site_tree()
    subscriber("de", email="anna@example.org")
    publish(draft(tree.news["de"], title="Erste"))
    route_due()
    send_mails(10)
    [(_, message)] = relay.received
    head = message.partition(b"\r\n\r\n")[0].decode("ascii")
    assert f"List-Unsubscribe-Post: {BODY}\r\n" in f"{head}\r\n"
    found = re.search(r"^List-Unsubscribe: <(http[^>]+)>", head, re.MULTILINE)
    assert found
    publish(draft(tree.news["de"], title="Zweite"))
    route_due()
    yield found[1]
    links._template.cache_clear()


def post(link: str, *, multipart: bool) -> httpx.Response:
    """As mail programs send it: both kinds of form are allowed (RFC 8058 §3.1)."""
    name, _, value = BODY.partition("=")
    if multipart:
        return httpx.post(link, files={name: (None, value)})
    return httpx.post(link, data={name: value})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("multipart", [False, True])
def test_a_bare_post_ends_the_subscription_at_once(link: str, relay: Behaviour, multipart: bool) -> None:
    answer = post(link, multipart=multipart)
    assert (answer.status_code, answer.history) == (200, [])
    assert "location" not in answer.headers
    assert Subscriber.objects.get().standing == Standing.UNSUBSCRIBED
    send_mails(10)
    assert len(relay.received) == 1
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [State.SENT, State.SUPPRESSED]


@pytest.mark.django_db(transaction=True)
def test_looking_at_the_link_ends_nothing(link: str, relay: Behaviour) -> None:
    assert httpx.get(link).status_code == 200
    assert Subscriber.objects.get().standing == Standing.CONFIRMED
    send_mails(10)
    assert len(relay.received) == 2


@pytest.mark.django_db(transaction=True)
def test_a_forged_link_ends_nothing(link: str) -> None:
    assert post(link.rstrip("/")[:-1] + "!/", multipart=False).status_code == 404
    assert Subscriber.objects.get().standing == Standing.CONFIRMED

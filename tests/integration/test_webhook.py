"""Signed calls, against an endpoint that checks them with the specification's own library."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import WebhookVerificationError
from werkzeug import Response

from tasks import outbox
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.accounts.forms import apply, channel_form, is_valid
from tasks.social.channel import AuthFailed, Rejected, Retryable
from tasks.social.contract import ChannelContract, ticket
from tasks.social.models import Post, SocialAccount
from tasks.social.webhook.calls import signed
from tasks.social.webhook.forms import new_secret
from tasks.social.webhook.models import WebhookCall
from tests.doubles.webhook_endpoint import WebhookWorld
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import rendered as laid_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(httpserver: HTTPServer, db: None) -> Iterator[WebhookWorld]:
    made = WebhookWorld(httpserver)
    yield made
    made.proxy.close()


class TestWebhook(ChannelContract):
    """All tests of the contract."""

    slug = "webhook"

    def test_what_fits_is_what_is_counted(self, world: Any) -> None:
        """JSON grows by more than what is put into it, so the limit is tried on whole data."""
        limits = world.channel.limits(world.account)
        post = self.rendered(world, lead="ü" * 60_000)
        assert world.channel.count(post.text, limits) <= limits.max_length
        assert world.channel.validate(post, limits) == []


def send(world: WebhookWorld) -> Any:
    text = json.dumps({"title": "Kongress"})
    return world.channel.publish(laid_out(text), world.account, ticket())


@pytest.mark.parametrize(("status", "error"), [(302, Retryable), (400, Retryable), (404, Retryable)])
def test_whatever_fails_is_tried_again_for_days(
    world: WebhookWorld, status: int, error: type[Exception]
) -> None:
    world.answer(status, {"Location": "http://169.254.169.254/"} if status == 302 else None)
    with pytest.raises(error):
        send(world)
    assert sum(world.channel.backoff, timedelta()) > timedelta(days=3)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_the_wait_that_the_endpoint_asks_for_is_kept(world: WebhookWorld, status: int) -> None:
    world.answer(status, {"Retry-After": "77"})
    with pytest.raises(Retryable) as raised:
        send(world)
    assert raised.value.after == 77


def test_what_an_endpoint_answers_is_not_read(httpserver: HTTPServer, world: WebhookWorld) -> None:
    read: list[int] = []

    def parts() -> Iterator[bytes]:
        for number in range(2000):
            read.append(number)
            yield b"x" * 65536

    httpserver.expect_request("/endless").respond_with_handler(lambda request: Response(parts()))
    world.account.server = httpserver.url_for("/endless")
    send(world)
    assert len(read) < 1000


def test_an_edit_that_brings_back_an_earlier_text_is_told_too(world: WebhookWorld) -> None:
    first, second = (laid_out(json.dumps({"title": title})) for title in ("Eins", "Zwei"))
    made = timezone.now()
    key = world.channel.publish(first, world.account, ticket(at=made)).remote_id
    for minute, post in enumerate((second, first, second, second)):
        asked = timezone.now() + timedelta(minutes=min(minute, 2))
        again = ticket(at=made, edit_at=asked.replace(second=0, microsecond=0))
        world.channel.update(world.account, key, post, again)
    assert [data["title"] for data in world.endpoint.known.values()] == ["Zwei"]
    kinds = [event["type"] for event in world.endpoint.events.values()]
    assert kinds == ["announcement.published", *["announcement.updated"] * 3]


def test_an_endpoint_without_a_secret_is_told_nothing(world: WebhookWorld) -> None:
    """Unsigned calls would be believed by nobody, or by everybody."""
    for credentials in ({}, {"signing_secret": ""}):
        world.account.credentials = credentials
        with pytest.raises(AuthFailed):
            send(world)
    assert world.endpoint.headers == []


def test_gone_for_good_switches_the_account_off(world: WebhookWorld) -> None:
    world.answer(410)
    with pytest.raises(Rejected):
        send(world)
    account = SocialAccount.objects.get()
    assert not account.active
    assert "410" in account.trouble


def test_the_identifier_is_the_same_and_the_time_is_new_in_each_attempt(
    world: WebhookWorld, monkeypatch
) -> None:
    send(world)
    later = timezone.now() + timedelta(minutes=2)
    monkeypatch.setattr("tasks.social.webhook.calls.timezone.now", lambda: later)
    send(world)
    first, second = world.endpoint.headers
    assert first["Webhook-Id"] == second["Webhook-Id"]
    assert first["Webhook-Timestamp"] < second["Webhook-Timestamp"]
    assert len(world.endpoint.events) == 1


def changed(world: WebhookWorld, secret: str) -> None:
    """The secret typed anew in the account's form."""
    account = SocialAccount.objects.get()
    form = channel_form(
        world.channel, account, {"channel-server": account.server, "channel-signing_secret": secret}
    )
    assert is_valid(form, world.channel, account), form.errors
    apply(form, world.channel, account)
    account.save()
    world.account = account


def test_both_secrets_hold_for_a_day_after_a_change(world: WebhookWorld, monkeypatch) -> None:
    fresh = new_secret()
    changed(world, fresh)
    send(world)
    world.endpoint.secret = fresh
    send(world)
    world.endpoint.secret = world.secret
    world.account.credentials["old_until"] = (timezone.now() - timedelta(seconds=1)).isoformat()
    with pytest.raises(AuthFailed):
        send(world)


@pytest.mark.parametrize(
    "wrong", ["secret", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!", "c2VjcmV0" * 5, f"whsec_{'AAAA' * 22}"]
)
def test_a_secret_of_the_wrong_shape_is_refused(world: WebhookWorld, wrong: str) -> None:
    account = SocialAccount.objects.get()
    form = channel_form(
        world.channel, account, {"channel-server": account.server, "channel-signing_secret": wrong}
    )
    assert not is_valid(form, world.channel, account)


def test_a_new_endpoint_is_offered_a_secret_to_copy(world: WebhookWorld) -> None:
    fresh = channel_form(world.channel, SocialAccount(channel="webhook"))
    assert "whsec_" in str(fresh["signing_secret"])
    assert world.secret not in str(channel_form(world.channel, world.account))


def test_an_endpoint_that_hears_of_announcements_only(world: WebhookWorld, site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    outbox.social(10)
    assert not WebhookCall.objects.exists()
    (data,) = world.endpoint.known.values()
    assert (data["title"], data["url"]) == ("Kongress", page.full_url)
    assert Post.objects.get().state == State.SENT
    page.unpublish()
    outbox.social(10)
    assert world.endpoint.known == {}


def test_the_documentations_example_verifies_a_call(world: WebhookWorld) -> None:
    text = (Path(settings.BASE_DIR) / "docs/channels.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n# verify\.py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # our own documentation
    body = json.dumps({"type": "page.published"})
    headers = signed(world.account, "antenne-1", body)
    assert names["received"](body.encode(), headers, world.secret) == {"type": "page.published"}
    with pytest.raises(WebhookVerificationError):
        names["received"](body.encode() + b" ", headers, world.secret)

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
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from wagtail.models import PageViewRestriction
from werkzeug import Request, Response

from tasks import outbox
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.accounts.forms import apply, channel_form, is_valid
from tasks.social.channel import AuthFailed, Rejected, Retryable
from tasks.social.contract import ChannelContract, ticket
from tasks.social.models import Post, SocialAccount
from tasks.social.webhook.calls import signed
from tasks.social.webhook.changes import resume_lost
from tasks.social.webhook.channel import WebhookChannel
from tasks.social.webhook.forms import new_secret
from tasks.social.webhook.models import WebhookCall
from tests.doubles.lossy_proxy import LossyProxy
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import rendered as laid_out

pytestmark = pytest.mark.django_db


class Endpoint:
    """Keeps announcements by id, each event once, and refuses what is not signed."""

    def __init__(self, server: HTTPServer, secret: str) -> None:
        self.secret = secret
        self.known: dict[str, Any] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.headers: list[dict[str, str]] = []
        server.expect_request("/hook", method="POST").respond_with_handler(self._called)

    def _called(self, request: Request) -> Response:
        try:
            event = Webhook(self.secret).verify(request.get_data(), dict(request.headers))
        except WebhookVerificationError:
            return Response(status=401)
        self.headers.append(dict(request.headers))
        if request.headers["webhook-id"] not in self.events:
            self.events[request.headers["webhook-id"]] = event
            self._apply(event["type"], dict(event["data"]))
        return Response(status=204)

    def _apply(self, kind: str, data: dict[str, Any]) -> None:
        key = data.pop("id")
        if kind == "announcement.withdrawn":
            self.known.pop(key, None)
        elif kind.startswith("announcement."):
            self.known[key] = data


class WebhookWorld:
    """An endpoint that can be told to misbehave."""

    image = None

    def __init__(self, server: HTTPServer) -> None:
        self.channel = WebhookChannel()
        self.secret = new_secret()
        self.endpoint = Endpoint(server, self.secret)
        self.proxy = LossyProxy(server.url_for(""))
        self.account = SocialAccount.objects.create(
            name="Hook",
            channel="webhook",
            server=f"{self.proxy.url}/hook",
            credentials={"signing_secret": self.secret},
        )

    def texts(self) -> list[str]:
        return [json.dumps(data, ensure_ascii=False, indent=2) for data in self.endpoint.known.values()]

    def lose_reply(self) -> None:
        self.proxy.losses = 1

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.proxy.refusals.append((status, headers or {}))


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


@pytest.fixture
def listening(world: WebhookWorld) -> WebhookWorld:
    """It wants to hear of every change."""
    SocialAccount.objects.update(options={"every_change": True}, by_default=False)
    return world


def told(world: WebhookWorld) -> list[tuple[str, Any]]:
    """What the endpoint has heard of pages since, once all is sent."""
    WebhookCall.objects.filter(state=State.PENDING).update(next_try_at=timezone.now())
    world.endpoint.events.clear()
    outbox.social(10)
    return [(event["type"], event["data"].get("url")) for event in world.endpoint.events.values()]


def test_every_change_of_a_page_is_told(listening: WebhookWorld, site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"], slug="eins"))
    assert told(listening) == [("page.published", page.full_url)]
    page = publish(page, slug="zwei")
    assert told(listening) == [("page.published", page.full_url)]
    page.unpublish()
    assert told(listening) == [("page.unpublished", None)]


def test_an_endpoint_that_was_switched_off_meanwhile_is_told_nothing(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    publish(draft(site_tree.news["de"]))
    SocialAccount.objects.update(active=False)
    assert told(listening) == []
    assert WebhookCall.objects.get().state == State.SUPPRESSED


def test_every_endpoint_hears_of_a_change(listening: WebhookWorld, site_tree: SiteTree) -> None:
    SocialAccount.objects.create(
        name="Other",
        channel="webhook",
        server=listening.account.server,
        credentials=listening.account.credentials,
        options={"every_change": True},
    )
    page = publish(draft(site_tree.news["de"]))
    assert told(listening) == [("page.published", page.full_url)] * 2


def test_a_newer_call_that_the_operator_stopped_does_not_stop_the_older(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    page = publish(draft(site_tree.news["de"]))
    WebhookCall.objects.update(state=State.DEFERRED, attempts=1, worker="w")
    page = publish(page, title="Kongress")
    WebhookCall.objects.filter(attempts=0).update(state=State.SUPPRESSED)
    WebhookCall.objects.filter(attempts=1).update(next_try_at=timezone.now())
    assert told(listening) == [("page.published", page.full_url)]


def test_changes_in_quick_succession_are_told_once(listening: WebhookWorld, site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"]))
    for number in range(3):
        page = publish(page, title=f"Titel {number}")
    assert WebhookCall.objects.count() == 1
    assert len(told(listening)) == 1


def test_nothing_of_a_draft_or_a_private_page_is_told(listening: WebhookWorld, site_tree: SiteTree) -> None:
    page = draft(site_tree.news["de"], title="Geheim")
    assert told(listening) == []
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    publish(page)
    assert told(listening) == [("page.published", None)]
    assert "Geheim" not in str(WebhookCall.objects.get().data)


def test_a_page_that_is_deleted_is_told_as_deleted_and_a_draft_is_not_told(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    draft(site_tree.news["de"]).delete()
    assert told(listening) == []
    page = publish(draft(site_tree.news["de"]))
    told(listening)
    page.delete()
    assert told(listening) == [("page.deleted", None)]


def test_a_page_that_moves_is_told_with_its_new_address(listening: WebhookWorld, site_tree: SiteTree) -> None:
    page = publish(draft(site_tree.news["de"]))
    told(listening)
    page.move(site_tree.homes["de"], pos="last-child")
    assert told(listening) == [("page.moved", type(page).objects.get(pk=page.pk).full_url)]


def test_a_call_that_had_to_wait_does_not_tell_the_old_state_last(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    page = publish(draft(site_tree.news["de"]))
    listening.answer(503)
    assert told(listening) == []
    page.unpublish()
    WebhookCall.objects.update(next_try_at=timezone.now())
    assert told(listening) == [("page.unpublished", None)]
    states = dict(WebhookCall.objects.values_list("event", "state"))
    assert states == {"page.published": State.SUPPRESSED, "page.unpublished": State.SENT}


def test_a_change_is_not_put_into_a_call_that_may_have_arrived(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    page = publish(draft(site_tree.news["de"]))
    WebhookCall.objects.update(state=State.UNKNOWN, worker="dead")
    resume_lost(9)
    page.unpublish()
    assert WebhookCall.objects.count() == 2
    assert told(listening) == [("page.unpublished", None)]


def test_a_call_of_a_dead_worker_is_sent_again_but_not_for_ever(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    publish(draft(site_tree.news["de"]))
    WebhookCall.objects.update(state=State.UNKNOWN, worker="dead")
    assert resume_lost(9) == 1
    WebhookCall.objects.update(state=State.UNKNOWN, attempts=9)
    assert resume_lost(9) == 0


def test_a_page_made_private_while_its_call_waits_is_told_by_its_number(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    page = publish(draft(site_tree.news["de"], title="Geheim"))
    hidden = PageViewRestriction(page=page, restriction_type=PageViewRestriction.LOGIN)
    PageViewRestriction.objects.bulk_create([hidden])  # which no receiver hears of
    assert told(listening) == [("page.published", None)]


def test_every_call_ends_in_a_state_and_the_operator_can_stop_them(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    publish(draft(site_tree.news["de"]))
    outbox.suppress()
    assert told(listening) == []
    assert WebhookCall.objects.get().state == State.SUPPRESSED


def test_a_lost_reply_is_sent_again_under_the_same_identifier(
    listening: WebhookWorld, site_tree: SiteTree
) -> None:
    publish(draft(site_tree.news["de"]))
    listening.lose_reply()
    assert len(told(listening)) == 1
    call = WebhookCall.objects.get()
    assert (call.state, call.attempts) == (State.DEFERRED, 1)
    WebhookCall.objects.update(next_try_at=timezone.now())
    outbox.social(10)
    call.refresh_from_db()
    assert (call.state, len(listening.endpoint.events)) == (State.SENT, 1)


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

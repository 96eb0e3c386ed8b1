"""What the site tells other servers, and what it does about their answers."""

from __future__ import annotations

import json
import socket
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_httpserver import HTTPServer

from tasks.ledger.claims import recover
from tasks.ledger.models import State
from tasks.social.activitypub import addresses, delivering
from tasks.social.activitypub.channel import ActivityPubChannel, tell_profile_if_changed
from tasks.social.activitypub.keys import public_pem
from tasks.social.activitypub.models import Block, Follower, InboxDelivery, RemoteActor
from tasks.social.activitypub.signatures import Signature, check_body
from tasks.social.models import SocialAccount
from tests.factories.fediverse import Somebody, our_account
from tests.factories.social import picture, rendered, ticket

pytestmark = pytest.mark.django_db
CHANNEL = ActivityPubChannel()


@pytest.fixture
def ours() -> SocialAccount:
    return our_account()


@pytest.fixture
def server(httpserver: HTTPServer) -> HTTPServer:
    """One that takes everything."""
    httpserver.expect_request("/inbox", method="POST").respond_with_data("", status=202)
    return httpserver


def follower(server: HTTPServer, ours: SocialAccount, name: str = "anna") -> Somebody:
    somebody = Somebody(server.url_for("").rstrip("/"), name)
    somebody.following(ours)
    return somebody


def received(server: HTTPServer) -> list[dict[str, Any]]:
    return [json.loads(request.get_data()) for request, _reply in server.log]


def states() -> list[str]:
    return sorted(InboxDelivery.objects.values_list("state", flat=True))


def test_a_server_is_told_once_however_many_follow_there(ours: SocialAccount, server: HTTPServer) -> None:
    for name in ("anna", "ben", "clara"):
        follower(server, ours, name)
    CHANNEL.publish(rendered(), ours, ticket())
    assert delivering.deliver_due(10) is False
    [told] = received(server)
    assert told["type"] == "Create"
    assert told["actor"] == addresses.actor_uri(ours)
    assert told["object"]["type"] == "Note"
    assert states() == [State.SENT]
    assert delivering.deliver_due(10) is False
    assert len(server.log) == 1


def test_what_is_told_is_signed(ours: SocialAccount, server: HTTPServer) -> None:
    follower(server, ours)
    CHANNEL.publish(rendered(), ours, ticket())
    delivering.deliver_due(10)
    request, _reply = server.log[0]
    headers = {name.lower(): value for name, value in request.headers.items()}
    signature = Signature.parse(headers["signature"])
    assert signature.key_id == addresses.key_uri(ours)
    signature.verify("post /inbox", headers, public_pem(ours))
    check_body(headers, request.get_data())
    assert headers["content-type"] == "application/activity+json"


def test_publishing_twice_tells_once(ours: SocialAccount, server: HTTPServer) -> None:
    follower(server, ours)
    for _time in range(2):
        CHANNEL.publish(rendered(), ours, ticket())
    delivering.deliver_due(10)
    assert len(server.log) == 1


def test_a_change_and_a_withdrawal_are_told_to_who_knows_the_post(
    ours: SocialAccount, server: HTTPServer
) -> None:
    follower(server, ours)
    published = CHANNEL.publish(rendered(), ours, ticket())
    delivering.deliver_due(10)
    late = Somebody("http://localhost:1", "late")
    late.following(ours)
    CHANNEL.update(ours, published.remote_id, rendered("Neu"), ticket())
    CHANNEL.delete(ours, published.remote_id)
    delivering.deliver_due(10)
    told = received(server)
    assert [one["type"] for one in told] == ["Create", "Delete"]
    assert told[-1]["object"]["type"] == "Tombstone"
    assert told[-1]["object"]["id"] == told[0]["object"]["id"]


def test_a_change_is_told_with_the_new_text(ours: SocialAccount, server: HTTPServer) -> None:
    follower(server, ours)
    published = CHANNEL.publish(rendered(), ours, ticket())
    delivering.deliver_due(10)
    CHANNEL.update(ours, published.remote_id, rendered("Neu"), ticket())
    delivering.deliver_due(10)
    update = received(server)[-1]
    assert update["type"] == "Update"
    assert update["object"]["content"] == "<p>Neu</p>"
    assert update["object"]["updated"]
    assert update["id"] != received(server)[0]["id"]


def test_what_is_withdrawn_before_it_was_told_is_never_told(ours: SocialAccount, server: HTTPServer) -> None:
    follower(server, ours)
    published = CHANNEL.publish(rendered(), ours, ticket())
    CHANNEL.delete(ours, published.remote_id)
    delivering.deliver_due(10)
    assert [one["type"] for one in received(server)] == ["Delete"]
    assert states() == [State.SENT, State.SUPPRESSED]


def test_a_withdrawn_post_that_comes_again_has_another_id(ours: SocialAccount, db: None) -> None:
    """An id that was deleted is refused by other servers for ever."""
    first = CHANNEL.publish(rendered(), ours, ticket())
    CHANNEL.delete(ours, first.remote_id)
    assert CHANNEL.find_existing(ours, ticket()) is None
    assert CHANNEL.publish(rendered(), ours, ticket()).remote_id != first.remote_id


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, State.SENT),
        (202, State.SENT),
        (400, State.FAILED),
        (401, State.FAILED),
        (403, State.FAILED),
        (404, State.FAILED),
        (410, State.FAILED),
        (408, State.DEFERRED),
        (429, State.DEFERRED),
        (500, State.DEFERRED),
        (502, State.DEFERRED),
        (503, State.DEFERRED),
        (302, State.FAILED),
    ],
)
def test_each_answer_has_its_meaning(
    ours: SocialAccount, httpserver: HTTPServer, status: int, state: State
) -> None:
    httpserver.expect_request("/inbox").respond_with_data("<b>x</b>", status=status)
    follower(httpserver, ours)
    CHANNEL.publish(rendered(), ours, ticket())
    delivering.deliver_due(10)
    row = InboxDelivery.objects.get()
    assert row.state == state
    assert row.code == str(status)
    assert Follower.objects.exists() is (status != 410)


def test_a_server_that_was_away_hears_of_it_later(ours: SocialAccount, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/inbox").respond_with_data("", status=503)
    follower(httpserver, ours)
    CHANNEL.publish(rendered(), ours, ticket())
    delivering.deliver_due(10)
    assert delivering.deliver_due(10) is False
    assert len(httpserver.log) == 1
    InboxDelivery.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    httpserver.expect_request("/inbox").respond_with_data("", status=202)
    delivering.deliver_due(10)
    assert states() == [State.SENT]


def test_nobody_is_tried_for_ever(ours: SocialAccount) -> None:
    Somebody("http://localhost:1").following(ours)
    CHANNEL.publish(rendered(), ours, ticket())
    for _time in range(len(delivering.WAITS) + 1):
        InboxDelivery.objects.update(next_try_at=None, state=State.PENDING)
        delivering.deliver_due(10)
    assert states() == [State.FAILED]
    assert timedelta(days=1) < sum(delivering.WAITS, timedelta()) < timedelta(days=3)


def test_a_slow_server_does_not_keep_the_others_waiting(
    ours: SocialAccount, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight at a time, and nobody longer than the longest call."""
    monkeypatch.setattr(delivering, "LONGEST_CALL", 0.5)

    httpserver.expect_request("/inbox").respond_with_data("", status=202)
    follower(httpserver, ours)
    actor = Somebody("http://localhost:1", "slow").following(ours).actor
    with socket.create_server(("127.0.0.1", 0)) as silent:
        actor.shared_inbox = f"http://127.0.0.1:{silent.getsockname()[1]}/inbox"
        actor.save()
        CHANNEL.publish(rendered(), ours, ticket())
        before = time.monotonic()
        delivering.deliver_due(10)
        assert time.monotonic() - before < 5
    assert states() == [State.DEFERRED, State.SENT]


def test_what_a_dead_worker_left_behind_is_told_again(ours: SocialAccount, server: HTTPServer) -> None:
    follower(server, ours)
    CHANNEL.publish(rendered(), ours, ticket())
    past = timezone.now() - timedelta(minutes=1)
    InboxDelivery.objects.update(state=State.SENDING, worker="dead", lease_until=past)
    assert recover(InboxDelivery) == (0, 1)
    delivering.deliver_due(10)
    assert states() == [State.SENT]
    assert len(server.log) == 1


def test_a_blocked_server_is_told_nothing(ours: SocialAccount, server: HTTPServer) -> None:
    follower(server, ours)
    CHANNEL.publish(rendered(), ours, ticket())
    Block.objects.create(target="localhost")
    delivering.deliver_due(10)
    assert server.log == []
    assert states() == [State.SUPPRESSED]


def test_a_new_description_is_told_once(ours: SocialAccount, server: HTTPServer) -> None:
    follower(server, ours)
    for summary in ("a", "a", "b", "a"):
        ours.options = {**ours.options, "summary": summary}
        ours.save()
        tell_profile_if_changed(ours)
    delivering.deliver_due(10)
    told = received(server)
    assert {one["type"] for one in told} == {"Update"}
    assert len(told) == 3


def test_a_post_is_all_that_a_reader_needs(ours: SocialAccount, server: HTTPServer) -> None:
    follower(server, ours)
    text = "Kongress <b>&</b>\nzwei Tage\n\nhttps://antenne.example/de/x?a=1&b=2"
    CHANNEL.publish(rendered(text, image=picture(), hashtags=("Jumelage",)), ours, ticket())
    delivering.deliver_due(10)
    note = received(server)[0]["object"]
    assert note["content"] == (
        "<p>Kongress &lt;b&gt;&amp;&lt;/b&gt;<br>zwei Tage</p>"
        '<p><a href="https://antenne.example/de/x?a=1&amp;b=2" rel="nofollow">'
        "https://antenne.example/de/x?a=1&amp;b=2</a></p>"
    )
    assert note["contentMap"] == {"de": note["content"]}
    assert note["to"] == ["https://www.w3.org/ns/activitystreams#Public"]
    assert note["cc"] == [addresses.part_uri(ours, "followers")]
    assert [tag["name"] for tag in note["tag"]] == ["#Jumelage"]
    [image] = note["attachment"]
    assert (image["name"], image["mediaType"]) == ("Zwei Fahnen", "image/jpeg")
    assert note["published"].endswith("Z")


def test_a_post_costs_the_same_queries_for_few_and_for_many_servers(ours: SocialAccount) -> None:
    def cost(key: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            CHANNEL.publish(rendered(), ours, ticket(key))
        return len(queries)

    for index in range(50):
        if index == 5:
            few = cost("few")
        host = f"{index}.example"
        actor = RemoteActor.objects.create(
            uri=f"https://{host}/u", host=host, key_id=host, key_pem="", inbox=f"https://{host}/i"
        )
        Follower.objects.create(account=ours, actor=actor, follow_uri="")
    assert cost("many") == few
    assert InboxDelivery.objects.count() == 5 + 50

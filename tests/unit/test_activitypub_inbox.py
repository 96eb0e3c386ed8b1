"""What other servers send to the site's accounts, and what becomes of it."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone
from pytest_httpserver import HTTPServer

from tasks.social.activitypub import addresses, blocking, fetching, handling, receiving, signatures
from tasks.social.activitypub.models import Block, Follower, InboxDelivery, InboxMessage, RemoteActor
from tasks.social.models import SocialAccount
from tests.factories.fediverse import Somebody, our_account, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours() -> SocialAccount:
    return our_account()


@pytest.fixture
def inbox(ours: SocialAccount) -> str:
    return addresses.part_uri(ours, "inbox")


@pytest.fixture
def anna(httpserver: HTTPServer) -> Somebody:
    return Somebody(httpserver.url_for("").rstrip("/")).shown_by(httpserver)


def names() -> list[str]:
    return sorted(Follower.objects.values_list("actor__name", flat=True))


def handled() -> None:
    """A worker looks, and keeps nothing."""
    handling.handle_waiting(10)
    assert not InboxMessage.objects.exists()


@pytest.mark.parametrize("where", ["inbox", "shared"])
def test_who_follows_is_accepted(ours: SocialAccount, inbox: str, anna: Somebody, where: str) -> None:
    to = inbox if where == "inbox" else addresses.shared_inbox_uri()
    assert anna.sends(anna.follow(ours), to).status_code == 202
    assert names() == []
    handled()
    assert names() == ["anna"]
    accept = InboxDelivery.objects.get()
    assert (accept.inbox, accept.kind) == (f"{anna.uri}/inbox", "answer")
    assert accept.body["type"] == "Accept"
    assert accept.body["actor"] == addresses.actor_uri(ours)
    assert accept.body["object"] == anna.follow(ours)


def test_whoever_follows_twice_follows_once_and_is_accepted_again(
    ours: SocialAccount, inbox: str, anna: Somebody
) -> None:
    for _time in range(2):
        anna.sends(anna.follow(ours), inbox)
        handled()
    assert names() == ["anna"]
    assert InboxDelivery.objects.count() == 2


def test_a_message_reaches_the_account_that_it_names(ours: SocialAccount, anna: Somebody) -> None:
    other = our_account("antenne_fr", language="fr")
    anna.sends(anna.follow(other), addresses.shared_inbox_uri())
    handled()
    assert Follower.objects.get().account == other


def test_nobody_follows_an_account_through_the_inbox_of_another(inbox: str, anna: Somebody) -> None:
    other = our_account("antenne_fr", language="fr")
    anna.sends(anna.follow(other), inbox)
    handled()
    assert names() == []


@pytest.mark.parametrize("how", ["whole", "id"])
def test_who_follows_no_longer_is_forgotten(
    ours: SocialAccount, inbox: str, anna: Somebody, how: str
) -> None:
    anna.following(ours)
    undone = anna.follow(ours) if how == "whole" else f"{anna.uri}#1"
    anna.sends(anna.says("Undo", undone, 2), inbox)
    handled()
    assert names() == []


def test_undoing_something_else_changes_nothing(ours: SocialAccount, inbox: str, anna: Somebody) -> None:
    anna.following(ours)
    for undone in (anna.says("Like", addresses.actor_uri(ours)), "https://a.example/other", 5, None, []):
        anna.sends(anna.says("Undo", undone), inbox)
    handled()
    assert names() == ["anna"]


@pytest.mark.parametrize("kind", ["Delete", "Block"])
def test_who_leaves_or_blocks_is_forgotten(
    ours: SocialAccount, inbox: str, anna: Somebody, kind: str
) -> None:
    anna.following(ours)
    thing = anna.uri if kind == "Delete" else addresses.actor_uri(ours)
    anna.sends(anna.says(kind, thing), inbox)
    handled()
    assert names() == []


def test_the_deletion_of_a_post_of_theirs_is_none_of_our_business(
    ours: SocialAccount, inbox: str, anna: Somebody
) -> None:
    anna.following(ours)
    anna.sends(anna.says("Delete", {"type": "Tombstone", "id": f"{anna.uri}/1"}), inbox)
    handled()
    assert names() == ["anna"]


def test_strangers_deletions_are_not_even_kept(inbox: str, anna: Somebody) -> None:
    assert anna.sends(anna.says("Delete", anna.uri), inbox).status_code == 202
    assert not InboxMessage.objects.exists()


@pytest.mark.parametrize("status", [404, 410])
def test_of_whom_nothing_is_left_only_their_server_can_say_so(
    ours: SocialAccount, inbox: str, httpserver: HTTPServer, status: int
) -> None:
    """Their key is gone, too; 404 may be a fault of the moment."""
    gone = Somebody(httpserver.url_for("").rstrip("/"), "gone")
    httpserver.expect_request("/users/gone").respond_with_data("", status=status)
    gone.following(ours)
    RemoteActor.objects.update(fetched_at=timezone.now() - timedelta(days=1))
    gone.key = rsa.generate_private_key(65537, 2048)
    gone.sends(gone.says("Delete", gone.uri), inbox)
    handled()
    assert names() == ([] if status == 410 else ["gone"])


def test_nobody_is_removed_by_a_key_that_never_was_theirs(
    ours: SocialAccount, inbox: str, anna: Somebody, httpserver: HTTPServer
) -> None:
    """Anybody can name an address of a server where nothing is."""
    anna.following(ours)
    httpserver.expect_request("/nothing").respond_with_data("", status=410)
    thief = Somebody(anna.server, "anna")
    message = json.dumps(thief.says("Delete", thief.uri)).encode()
    signed = signatures.sign("POST", inbox, message, f"{anna.server}/nothing#main-key", thief.key)
    posted(inbox.removeprefix(addresses.absolute("")), message, signed)
    handled()
    assert names() == ["anna"]


def test_a_forged_signature_changes_nothing(ours: SocialAccount, inbox: str, anna: Somebody) -> None:
    """It arrives like any other, as everywhere in the fediverse; a worker finds out."""
    thief = Somebody(anna.server, "anna")
    assert thief.sends(thief.follow(ours), inbox).status_code == 202
    handled()
    assert names() == []
    assert not InboxDelivery.objects.exists()


def test_a_new_key_is_asked_for(ours: SocialAccount, inbox: str, anna: Somebody) -> None:
    old = anna.stored()
    old.key_pem, old.fetched_at = Somebody(anna.server).pem, timezone.now() - timedelta(hours=1)
    old.save()
    anna.sends(anna.follow(ours), inbox)
    handled()
    assert names() == ["anna"]
    assert RemoteActor.objects.get().key_pem == anna.pem


def test_a_server_is_not_asked_at_every_forgery(
    ours: SocialAccount, inbox: str, anna: Somebody, httpserver: HTTPServer
) -> None:
    anna.following(ours)
    thief = Somebody(anna.server, "anna")
    for number in range(3):
        thief.sends(thief.says("Undo", anna.follow(ours), number), inbox)
    handled()
    assert names() == ["anna"]
    assert httpserver.log == []


def test_a_server_that_does_not_answer_now_is_asked_later(
    ours: SocialAccount, inbox: str, httpserver: HTTPServer
) -> None:
    slow = Somebody(httpserver.url_for("").rstrip("/"), "slow")
    httpserver.expect_oneshot_request("/users/slow").respond_with_data("", status=503)
    slow.shown_by(httpserver)
    slow.sends(slow.follow(ours), inbox)
    handling.handle_waiting(10)
    assert names() == []
    InboxMessage.objects.update(next_try_at=timezone.now())
    handled()
    assert names() == ["slow"]


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "http://127.0.0.1:1/users/anna"},
        {"inbox": "http://127.0.0.1:1/inbox"},
        {"inbox": 5},
        {"publicKey": None},
        {"publicKey": {"id": "other", "owner": "x", "publicKeyPem": ""}},
        {"publicKey": ["x"]},
        {"id": None},
    ],
)
def test_a_profile_that_does_not_fit_together_is_nobodys(
    ours: SocialAccount, inbox: str, httpserver: HTTPServer, fields: dict[str, Any]
) -> None:
    odd = Somebody(httpserver.url_for("").rstrip("/")).shown_by(httpserver, **fields)
    odd.sends(odd.follow(ours), inbox)
    handled()
    assert not RemoteActor.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "null", "<html>", "[" * 10_000, '"x"'])
def test_a_profile_of_any_shape_is_understood(
    ours: SocialAccount, inbox: str, httpserver: HTTPServer, body: str
) -> None:
    odd = Somebody(httpserver.url_for("").rstrip("/"))
    httpserver.expect_request("/users/anna").respond_with_data(body)
    odd.sends(odd.follow(ours), inbox)
    handled()
    assert names() == []


def test_a_profile_without_end_is_not_read_to_its_end(
    ours: SocialAccount, inbox: str, httpserver: HTTPServer
) -> None:
    big = Somebody(httpserver.url_for("").rstrip("/")).shown_by(
        httpserver, summary="x" * (fetching.LARGEST + 1)
    )
    big.sends(big.follow(ours), inbox)
    handled()
    assert names() == []


def test_a_shared_inbox_elsewhere_is_not_used(
    ours: SocialAccount, inbox: str, httpserver: HTTPServer
) -> None:
    """Or anybody could send our deliveries to somebody else."""
    odd = Somebody(httpserver.url_for("").rstrip("/")).shown_by(
        httpserver, endpoints={"sharedInbox": "http://127.0.0.1:1/inbox"}
    )
    odd.sends(odd.follow(ours), inbox)
    handled()
    assert RemoteActor.objects.get().delivers_to == f"{odd.uri}/inbox"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"signature": ""}, 401),
        ({"signature": 'keyId="x",headers="date",signature="YQ=="'}, 401),
        ({"digest": "SHA-256=AAAA"}, 401),
        ({"date": format_datetime(timezone.now() - timedelta(hours=3), usegmt=True)}, 401),
        ({"date": "once"}, 401),
    ],
)
def test_what_is_not_signed_does_not_come_in(
    ours: SocialAccount, inbox: str, anna: Somebody, headers: dict[str, str], status: int
) -> None:
    assert anna.sends(anna.follow(ours), inbox, **headers).status_code == status
    assert not InboxMessage.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"[" * 50_000, b'{"a": "\\u0000"}'])
def test_what_is_no_message_does_not_come_in(inbox: str, anna: Somebody, body: bytes) -> None:
    assert anna.sends(body, inbox).status_code == 400


@pytest.mark.parametrize(
    "actor", [None, 5, [], "x", "ftp://a.example/u", "http://other.example/u", {"id": 5}]
)
def test_who_signs_for_somebody_else_does_not_come_in(
    ours: SocialAccount, inbox: str, anna: Somebody, actor: Any
) -> None:
    assert anna.sends({**anna.follow(ours), "actor": actor}, inbox).status_code == 401


@pytest.mark.parametrize("thing", [None, 5, [], [[]], {}, {"object": {"id": []}}, "x" * 9000])
def test_an_object_of_any_shape_is_understood(
    ours: SocialAccount, inbox: str, anna: Somebody, thing: Any
) -> None:
    anna.following(ours)
    for kind in (*handling.HANDLERS, "Like", None, 5, []):
        assert anna.sends({**anna.follow(ours), "type": kind, "object": thing}, inbox).status_code == 202
    handled()
    assert names() == ["anna"]


def test_a_message_that_is_too_large_does_not_come_in(inbox: str, anna: Somebody) -> None:
    assert anna.sends(b" " * (receiving.LARGEST + 1), inbox).status_code == 413


def test_one_server_cannot_take_all_the_room(
    ours: SocialAccount, inbox: str, anna: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "AT_ONCE_OF_ONE", 2)
    answers = [anna.sends(anna.follow(ours), inbox) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[-1]["Retry-After"]
    monkeypatch.setattr(receiving, "AT_ONCE", 2)
    monkeypatch.setattr(receiving, "AT_ONCE_OF_ONE", 9)
    assert anna.sends(anna.follow(ours), inbox).status_code == 503


def test_who_is_blocked_is_sent_away_and_does_not_come_in_again(
    ours: SocialAccount, inbox: str, anna: Somebody
) -> None:
    anna.following(ours)
    Block.objects.create(target="localhost")
    assert blocking.enforce() == 1
    assert names() == []
    rejection = InboxDelivery.objects.get()
    assert rejection.body["type"] == "Reject"
    assert rejection.body["object"]["actor"] == anna.uri
    assert anna.sends(anna.follow(ours), inbox).status_code == 403


@pytest.mark.parametrize(
    ("target", "covered"),
    [
        ("spam.example", True),
        ("example", True),
        ("m.spam.example", True),
        ("pam.example", False),
        ("https://m.spam.example/users/a", True),
        ("https://m.spam.example/users/b", False),
    ],
)
def test_a_block_covers_a_server_with_all_below_it_or_one_profile(target: str, covered: bool) -> None:
    Block.objects.create(target=target)
    assert blocking.Blocks().cover("https://m.spam.example/users/a") is covered


def test_a_switched_off_account_is_not_there(ours: SocialAccount, inbox: str, anna: Somebody) -> None:
    SocialAccount.objects.update(active=False)
    assert anna.sends(anna.follow(ours), inbox).status_code == 404
    assert anna.sends(anna.follow(ours), addresses.shared_inbox_uri()).status_code == 202
    assert not InboxMessage.objects.exists()


def test_inboxes_only_take_posts(client: Any, inbox: str) -> None:
    assert client.get("/ap/inbox").status_code == 405

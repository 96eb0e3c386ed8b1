"""Relays as they are: they close connections, say goodbye and refuse, and nobody suffers for another."""

from __future__ import annotations

import re
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from tasks import outbox
from tasks.announcements.models import AnnouncementVersion
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.compiled import Compiled
from tasks.newsletter.models import Campaign, CampaignState, Delivery, Standing, Subscriber
from tasks.newsletter.send import send_mails
from tests.doubles.smtp import Behaviour
from tests.factories.campaigns import announce, states
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber


class ScriptedRelay(socketserver.ThreadingTCPServer):
    """Accepts ``mails_per_connection``, then closes; answers RCPT as ``recipients`` says."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mails_per_connection = 1000
        self.goodbye = b""
        self.recipients: dict[str, tuple[bytes, bool]] = {}
        """address → (reply to RCPT, whether the connection is closed after it)."""
        self.received: Counter[str] = Counter()


class Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    server: ScriptedRelay

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        carried, address = 0, ""
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"MAIL" and carried >= self.server.mails_per_connection:
                self.wfile.write(self.server.goodbye)
                return
            if command == b"RCPT":
                address = re.search(rb"<(.+?)>", line)[1].decode()
                reply, closes = self.server.recipients.get(address, (b"250 ok\r\n", False))
                self.wfile.write(reply)
                if closes:
                    return
            elif command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
                carried += 1
                self.server.received[address] += 1
                self.wfile.write(b"250 taken\r\n")
            elif command == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def server(settings) -> Iterator[ScriptedRelay]:
    with ScriptedRelay() as relay:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = *relay.server_address, 5
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        yield relay
        relay.shutdown()


@pytest.mark.parametrize("goodbye", [b"", b"421 too many mails\r\n"], ids=["breaks off", "says goodbye"])
def test_relay_that_closes_after_some_mails_is_called_again(
    site_tree: SiteTree, server: ScriptedRelay, goodbye: bytes
) -> None:
    server.mails_per_connection, server.goodbye = 10, goodbye
    addresses = announce(site_tree, 35)
    assert not send_mails(20)
    assert set(states()) == {State.SENT}
    assert server.received == dict.fromkeys(addresses, 1)


def test_refusal_with_a_hang_up_is_final_and_holds_up_nobody(
    site_tree: SiteTree, server: ScriptedRelay
) -> None:
    addresses = announce(site_tree, 3)
    server.recipients[addresses[0]] = (b"550 5.7.1 no\r\n", True)
    send_mails(20)
    assert Delivery.objects.get(address=addresses[0]).state == State.FAILED
    assert server.received == dict.fromkeys(addresses[1:], 1)


def test_goodbye_to_one_recipient_counts_as_an_attempt(site_tree: SiteTree, server: ScriptedRelay) -> None:
    addresses = announce(site_tree, 2)
    server.recipients[addresses[0]] = (b"421 4.7.0 not for them\r\n", True)
    send_mails(20)
    row = Delivery.objects.get(address=addresses[0])
    assert (row.state, row.attempts) == (State.DEFERRED, 1)
    assert server.received == {addresses[1]: 1}


def test_campaign_that_cannot_be_composed_does_not_stop_the_others(
    site_tree: SiteTree, relay: Behaviour
) -> None:
    announce(site_tree, 2)
    AnnouncementVersion.objects.update(snapshot={"not": "content"})
    publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    assert not send_mails(20)
    assert set(
        Delivery.objects.filter(campaign__version__title="Kongress").values_list("state", flat=True)
    ) == {State.SENT}


def test_row_that_cannot_be_composed_fails_alone(
    site_tree: SiteTree, relay: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = announce(site_tree, 4)
    real = Compiled.payload

    def broken(compiled, address, *rest):
        if address == addresses[1]:
            raise ValueError("cannot be written to")
        return real(compiled, address, *rest)

    monkeypatch.setattr(Compiled, "payload", broken)
    send_mails(20)
    found = dict(Delivery.objects.values_list("address", "state"))
    assert found.pop(addresses[1]) == State.FAILED
    assert set(found.values()) == {State.SENT}


def test_late_refusal_of_a_finished_campaign_is_tried_again(site_tree: SiteTree, relay: Behaviour) -> None:
    announce(site_tree, 1)
    Delivery.objects.update(state=State.DEFERRED)
    Campaign.objects.update(state=CampaignState.DONE)
    Delivery.objects.update(next_try_at=Delivery.objects.get().updated_at)
    send_mails(20)
    assert set(states()) == {State.SENT}


def test_short_campaign_need_not_wait_for_the_end_of_a_long_one(
    site_tree: SiteTree, relay: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.newsletter.engine.CLAIM", 4)
    monkeypatch.setattr("tasks.newsletter.engine.LOW", 2)
    long, short = announce(site_tree, 40), draft(site_tree.news["de"], title="Kurz")
    Subscriber.objects.filter(email__in=long[2:]).update(standing=Standing.UNSUBSCRIBED)
    publish(short)
    route_due()
    Subscriber.objects.update(standing=Standing.CONFIRMED)
    send_mails(20)
    subjects = [b"Kurz" in re.search(rb"Subject: (.+)", raw)[1] for _, raw in relay.received]
    assert len(subjects) == 42
    assert not any(subjects[-20:])


def test_after_a_restore_the_operator_can_suppress_what_is_under_way(
    site_tree: SiteTree, relay: Behaviour
) -> None:
    announce(site_tree, 3)
    assert outbox.suppress() == 3
    outbox.drain(5)
    assert set(states()) == {State.SUPPRESSED}
    assert not relay.received
    assert set(Campaign.objects.values_list("state", flat=True)) == {CampaignState.DONE}


def test_step_that_fails_does_not_keep_the_sweep_from_the_others(
    site_tree: SiteTree, relay: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscriber("de")
    publish(draft(site_tree.news["de"]))
    monkeypatch.setattr(outbox, "reconcile", lambda: 1 / 0)
    outbox.sweep()
    assert Delivery.objects.count() == 1

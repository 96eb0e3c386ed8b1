"""Every way a mail can end, against a real SMTP server."""

from __future__ import annotations

import socket
from email import message_from_bytes, policy

import pytest

from tasks import outbox
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.compiled import on_the_wire
from tasks.newsletter.models import Delivery, Standing, Subscriber, SubscriptionRequest
from tasks.newsletter.send import send_confirmations, send_mails
from tasks.newsletter.subscribe import request_subscription, unsubscribe
from tests.doubles.smtp import Behaviour
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber


@pytest.fixture
def deliveries(site_tree: SiteTree, relay: Behaviour) -> dict[str, Delivery]:
    """Three mails that are due: address → row."""
    for name in ("anna", "bernd", "clara"):
        subscriber("de", email=f"{name}@example.org")
    publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    return {row.address: row for row in Delivery.objects.all()}


def states() -> dict[str, str]:
    return {row.address.split("@")[0]: row.state for row in Delivery.objects.all()}


def test_accepted_mails_are_sent_once(deliveries, relay: Behaviour) -> None:
    assert not send_mails(10)
    assert not send_mails(10)
    assert set(states().values()) == {State.SENT}
    assert relay.counts() == dict.fromkeys(deliveries, 1)
    row = Delivery.objects.first()
    assert (row.code, row.attempts) == ("250", 1)
    assert row.campaign.state == "done"


def test_what_arrives_is_what_was_composed(deliveries, relay: Behaviour) -> None:
    send_mails(10)
    address, raw = relay.received[0]
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["To"] == address
    assert mail["Subject"] == "Kongress"
    assert mail["Content-Language"] == "de"
    assert not mail.defects


def test_temporary_and_final_refusals_hold_up_nobody(deliveries, relay: Behaviour) -> None:
    relay.refuse = {"anna@example.org": "451 4.7.1 later", "bernd@example.org": "550 5.1.1 unknown"}
    send_mails(10)
    assert states() == {"anna": State.DEFERRED, "bernd": State.FAILED, "clara": State.SENT}
    failed = Delivery.objects.get(address="bernd@example.org")
    assert (failed.code, failed.detail) == ("550", "5.1.1 unknown")


def test_refusal_after_the_message_is_no_delivery(deliveries, relay: Behaviour) -> None:
    relay.reply = {"anna@example.org": "452 4.3.1 full", "bernd@example.org": "554 5.7.1 spam"}
    send_mails(10)
    assert states() == {"anna": State.DEFERRED, "bernd": State.FAILED, "clara": State.SENT}


def test_lost_reply_is_unknown_and_never_sent_again_by_itself(deliveries, relay: Behaviour) -> None:
    relay.drop_after_data = {"bernd@example.org"}
    send_mails(10)
    outbox.drain(10)
    assert states() == {"anna": State.SENT, "bernd": State.UNKNOWN, "clara": State.SENT}
    assert relay.counts()["bernd@example.org"] == 1


def test_relay_that_is_down_is_no_attempt(deliveries, relay: Behaviour, settings) -> None:
    settings.EMAIL_PORT = _closed_port()
    send_mails(10)
    assert set(states().values()) == {State.PENDING}
    assert {row.attempts for row in Delivery.objects.all()} == {0}
    assert not relay.received


def test_who_left_in_between_gets_nothing(deliveries, relay: Behaviour) -> None:
    unsubscribe(Subscriber.objects.get(email="anna@example.org"))
    Subscriber.objects.filter(email="bernd@example.org").update(standing=Standing.UNSUBSCRIBED)
    send_mails(10)
    assert states() == {"anna": State.SUPPRESSED, "bernd": State.SUPPRESSED, "clara": State.SENT}
    assert set(relay.counts()) == {"clara@example.org"}


def test_page_that_is_private_by_now_is_not_sent(deliveries, relay: Behaviour) -> None:
    from tests.factories.pages import make_private

    make_private(Delivery.objects.first().campaign.version.page)
    send_mails(10)
    assert set(states().values()) == {State.SUPPRESSED}
    assert not relay.received


def test_confirmation_mail_is_sent_once(site_tree: SiteTree, relay: Behaviour) -> None:
    request_subscription("neu@example.org", "fr", ["congress"], "oui", "/fr/newsletter/")
    send_confirmations(10)
    send_confirmations(10)
    assert relay.counts() == {"neu@example.org": 1}
    assert SubscriptionRequest.objects.get().state == State.SENT


def test_lines_that_begin_with_a_dot_survive() -> None:
    assert on_the_wire(b"a\r\n.b\r\n..c\r\n") == b"a\r\n..b\r\n...c\r\n.\r\n"
    assert on_the_wire(b"end") == b"end\r\n.\r\n"


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]

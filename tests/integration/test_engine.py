"""The sending engine against relays as they are: dead, slow, picky, and several of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.utils import timezone

from cms.demo.runtime.ports import free_port
from tasks.announcements.route import route_due
from tasks.ledger import claims
from tasks.ledger.batches import claim_rows
from tasks.ledger.models import State
from tasks.newsletter import engine, taking
from tasks.newsletter.control import pause, resume
from tasks.newsletter.models import (
    Campaign,
    CampaignState,
    Delivery,
    DomainPace,
    MailRelay,
    Suppression,
)
from tasks.newsletter.send import send_mails
from tasks.newsletter.smtp.budget import Budget
from tasks.newsletter.subscribe import request_subscription
from tests.doubles.processes import Broker
from tests.doubles.sink import BulkSink
from tests.doubles.smtp import Behaviour
from tests.factories.campaigns import announce, states
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber
from tests.integration.test_doctor_tls import certificate


@pytest.fixture
def sink(tmp_path: Path, settings) -> Iterator[BulkSink]:
    """A relay that pipelines; the only one unless a test says otherwise."""
    with BulkSink(tmp_path / "sink.log") as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 5
        settings.ANTENNE_MAIL_CONNECTIONS = 4
        yield running


def test_it_keeps_to_the_connections_it_may_open(site_tree: SiteTree, sink: BulkSink) -> None:
    addresses = announce(site_tree, 60)
    assert not send_mails(20)
    assert states() == {State.SENT: 60}
    assert sink.by_address() == dict.fromkeys(addresses, 1)
    assert 1 < sink.counts().most_connections <= 4


def test_a_dead_relay_costs_nobody_a_mail_or_an_attempt(
    site_tree: SiteTree, sink: BulkSink, settings
) -> None:
    settings.ANTENNE_RELAYS = [
        f"smtp://127.0.0.1:{free_port()}?name=dead&weight=100",
        f"smtp://127.0.0.1:{sink.port}?name=good",
    ]
    addresses = announce(site_tree, 30)
    assert not send_mails(20)
    assert sink.by_address() == dict.fromkeys(addresses, 1)
    assert set(Delivery.objects.values_list("relay", "attempts")) == {("good", 1)}
    dead = MailRelay.objects.get(name="dead")
    assert (dead.failures, dead.broken_until and dead.broken_until > timezone.now()) == (1, True)


def test_relays_share_the_mails_by_weight(
    site_tree: SiteTree, sink: BulkSink, tmp_path: Path, settings
) -> None:
    with BulkSink(tmp_path / "second.log") as second:
        settings.ANTENNE_RELAYS = [
            f"smtp://127.0.0.1:{sink.port}?name=heavy&weight=4",
            f"smtp://127.0.0.1:{second.port}?name=light&weight=1",
        ]
        announce(site_tree, 200)
        assert not send_mails(20)
        heavy, light = sink.counts().accepted, second.counts().accepted
    assert heavy + light == 200
    assert heavy == pytest.approx(160, abs=25)


def test_a_server_that_drips_holds_no_worker(site_tree: SiteTree, sink: BulkSink, settings) -> None:
    settings.EMAIL_TIMEOUT = 1
    sink.behave(drip=0.5)
    announce(site_tree, 3)
    assert not send_mails(10)
    assert states() == {State.PENDING: 3}
    assert "in time" in MailRelay.objects.get().last_error


def test_lost_replies_are_unknown_one_per_mail_and_never_sent_again(
    site_tree: SiteTree, sink: BulkSink
) -> None:
    sink.behave(drop_share=1.0)
    addresses = announce(site_tree, 6)
    send_mails(10)
    sink.behave()
    send_mails(10)
    assert states() == {State.UNKNOWN: 6}
    assert sink.by_address() == dict.fromkeys(addresses, 1)


def test_everybody_is_served_after_a_storm_of_refusals(site_tree: SiteTree, sink: BulkSink) -> None:
    sink.behave(refuse_share=0.3, seed=7)
    addresses = announce(site_tree, 60)
    send_mails(20)
    assert states()[State.DEFERRED] > 5
    sink.behave()
    DomainPace.objects.all().delete()
    Delivery.objects.filter(state=State.DEFERRED).update(next_try_at=timezone.now())
    send_mails(20)
    assert sink.by_address() == dict.fromkeys(addresses, 1)
    assert not Suppression.objects.exists()


def test_address_that_does_not_exist_is_blocked_without_keeping_it(
    site_tree: SiteTree, relay: Behaviour
) -> None:
    addresses = announce(site_tree, 2)
    relay.refuse = {addresses[0]: f"550 5.1.1 <{addresses[0]}> unknown"}
    send_mails(10)
    assert addresses[0] not in str(Suppression.objects.values().get())
    publish(draft(site_tree.news["de"]))
    route_due()
    assert Campaign.objects.filter(language="de").latest("pk").excluded == {"suppressed": 1}


def test_campaign_that_the_relay_does_not_want_is_paused_and_blocks_nobody(
    site_tree: SiteTree, relay: Behaviour, settings
) -> None:
    settings.ANTENNE_MAIL_CONNECTIONS = 2
    addresses = announce(site_tree, 60)
    relay.refuse = dict.fromkeys(addresses, "550 5.7.1 looks like spam")
    send_mails(20)
    assert Campaign.objects.get(language="de").state == CampaignState.PAUSED
    assert Delivery.objects.filter(state=State.PENDING).exists()
    assert not Suppression.objects.exists()
    assert not relay.received


def test_domain_that_asks_for_patience_gets_it_and_holds_up_no_other(
    site_tree: SiteTree, relay: Behaviour
) -> None:
    busy = [subscriber("de", email=f"p{number}@busy.example").email for number in range(30)]
    relay.refuse = dict.fromkeys(busy, "451 4.7.1 slower please")
    others = announce(site_tree, 5)
    send_mails(10)
    assert set(relay.counts()) == set(others)
    pace = DomainPace.objects.get()
    assert (pace.domain, pace.slow_until and pace.slow_until > timezone.now()) == ("busy.example", True)
    assert pace.last_reply == "4.7.1 slower please"


def test_what_somebody_waits_for_goes_ahead(site_tree: SiteTree, relay: Behaviour, settings) -> None:
    settings.ANTENNE_MAIL_CONNECTIONS = 2
    announce(site_tree, 40)
    request_subscription("neu@example.org", "fr", ["congress"], "oui", "/fr/newsletter/")
    send_mails(20)
    order = [address for address, _ in relay.received]
    assert len(order) == 41
    assert order.index("neu@example.org") < 5


class Picky(Controller):
    """STARTTLS and a login, or no mail."""

    def __init__(self, pem: Path, behaviour: Behaviour) -> None:
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        super().__init__(
            behaviour, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True,
            auth_required=True, authenticator=self.check,
        )  # fmt: skip

    @staticmethod
    def check(server, session, envelope, mechanism, data) -> AuthResult:
        right = LoginPassword(b"antenne", b"open sesame")
        return AuthResult(success=data == right)


@pytest.mark.parametrize(
    ("password", "name", "sent"),
    [
        ("open%20sesame", "localhost", True),
        ("wr0ng-secret", "localhost", False),
        ("open%20sesame", "else", False),
    ],
    ids=["right", "wrong password", "certificate of another"],
)
def test_login_and_tls(
    site_tree: SiteTree, tmp_path: Path, settings, monkeypatch, caplog, password: str, name: str, sent: bool
) -> None:
    pem = certificate(tmp_path, name, days=2)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    behaviour = Behaviour()
    server = Picky(pem, behaviour)
    server.start()
    try:
        settings.ANTENNE_RELAYS = [f"smtp+starttls://antenne:{password}@localhost:{server.port}?timeout=5"]
        addresses = announce(site_tree, 3)
        with caplog.at_level(logging.DEBUG):
            send_mails(10)
    finally:
        server.stop()
    assert behaviour.counts() == (dict.fromkeys(addresses, 1) if sent else {})
    assert states() == {State.SENT if sent else State.PENDING: 3}
    assert "wr0ng-secret" not in caplog.text + str(MailRelay.objects.values().get())


def test_workers_share_a_rate_through_the_broker(broker: Broker, settings) -> None:
    settings.REDIS_URL = broker.url
    first, second = Budget("relay:x", 8), Budget("relay:x", 8)
    assert (first.take(8), second.take(8)) == (8, 0)
    assert second.wait() > 0


def test_without_the_broker_each_worker_keeps_to_half(settings, caplog) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    budget = Budget("relay:x", 1000)
    assert budget.take(1000) < 1000
    assert "No shared rate limit" in caplog.text


def given_back(row: Delivery) -> None:
    claims.release([row], row.worker)


def left_by_a_dead_worker(row: Delivery) -> None:
    Delivery.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    claims.recover(Delivery)


def paused_and_resumed(row: Delivery) -> None:
    campaigns = Campaign.objects.filter(pk=row.campaign_id)
    pause(campaigns)
    resume(campaigns)


@pytest.mark.parametrize("interruption", [given_back, left_by_a_dead_worker, paused_and_resumed])
def test_a_second_attempt_that_was_interrupted_comes_all_the_same(
    site_tree: SiteTree, sink: BulkSink, interruption: Callable[[Delivery], None]
) -> None:
    addresses = announce(site_tree, 1)
    Delivery.objects.update(state=State.DEFERRED, attempts=1, next_try_at=timezone.now())
    ((key,),) = claim_rows(Delivery, "first", 10, "id")
    interruption(Delivery.objects.get(pk=key))
    assert not send_mails(10)
    assert sink.by_address() == dict.fromkeys(addresses, 1)


def test_a_campaign_that_is_paused_in_the_middle_of_a_turn_stops_then(
    site_tree: SiteTree, sink: BulkSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = announce(site_tree, 12)
    real = taking.claim

    def claim_before_a_pause(*arguments: Any) -> list[taking.Taken]:
        taken = real(*arguments)
        pause(Campaign.objects.all())
        return taken

    monkeypatch.setattr(engine, "CLAIM", 5)
    monkeypatch.setattr(taking, "claim", claim_before_a_pause)
    send_mails(10)
    assert not sink.by_address()
    monkeypatch.undo()
    resume(Campaign.objects.all())
    send_mails(10)
    assert sink.by_address() == dict.fromkeys(addresses, 1)


def test_mails_that_wait_for_a_slow_domain_hold_up_no_claim_of_others(
    site_tree: SiteTree, sink: BulkSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = announce(site_tree, 240)
    # Every other one of the first half: more than what is left when the engine claims again.
    for row in Delivery.objects.order_by("pk")[:120:2]:
        Delivery.objects.filter(pk=row.pk).update(domain="slow.example", address=f"r{row.pk}@slow.example")
    monkeypatch.setattr(engine, "CLAIM", 60)
    monkeypatch.setattr(engine, "LOW", 5)
    sink.behave(delays={"slow.example": 0.5})
    assert send_mails(6)
    others = Delivery.objects.exclude(domain="slow.example")
    assert others.count() == len(addresses) - 60
    assert set(others.values_list("state", flat=True)) == {State.SENT}
    assert Delivery.objects.filter(domain="slow.example", state=State.PENDING).exists()


def test_a_mail_that_is_to_wait_is_not_taken_before_its_time(site_tree: SiteTree, sink: BulkSink) -> None:
    announce(site_tree, 1)
    Delivery.objects.update(next_try_at=timezone.now() + timedelta(hours=1))
    send_mails(10)
    assert states() == {State.PENDING: 1}

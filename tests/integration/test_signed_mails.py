"""Mails that leave with signatures of ours, and what happens where a key is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter import dkim
from tasks.newsletter.models import Delivery, SubscriptionRequest
from tasks.newsletter.send import send_mails
from tasks.newsletter.subscribe import request_subscription
from tests.doubles.signatures import Keys, keys_in, signatures_of
from tests.doubles.smtp import Behaviour
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber


@pytest.fixture
def keys(tmp_path: Path, settings) -> Keys:
    """An RSA and an Ed25519 key of ours."""
    settings.ANTENNE_DKIM, published = keys_in(tmp_path)
    return published


@pytest.fixture
def due(site_tree: SiteTree, relay: Behaviour) -> None:
    """Two mails of a campaign and a confirmation."""
    for name in ("anna", "bernd"):
        subscriber("de", email=f"{name}@example.org")
    page = publish(draft(site_tree.news["de"], lead=".Punkt am Anfang", title="Straßenfest"))
    assert page.live
    route_due()
    request_subscription("neu@example.org", "fr", ["congress"], "oui", "/fr/newsletter/")


def test_every_mail_carries_two_valid_signatures(due, keys: Keys, relay: Behaviour) -> None:
    send_mails(10)
    assert set(relay.counts()) == {"anna@example.org", "bernd@example.org", "neu@example.org"}
    for _, message in relay.received:
        assert signatures_of(message, keys) == {"rsa-sha256": True, "ed25519-sha256": True}


def test_a_mail_that_was_changed_on_its_way_is_not_valid(due, keys: Keys, relay: Behaviour) -> None:
    send_mails(10)
    changed = relay.received[0][1].replace(b"Subject: ", b"Subject: Re: ")
    assert signatures_of(changed, keys) == {"rsa-sha256": False, "ed25519-sha256": False}


def test_without_keys_no_mail_is_signed(due, relay: Behaviour) -> None:
    send_mails(10)
    assert len(relay.received) == 3
    assert not any(b"DKIM-Signature" in message for _, message in relay.received)


def test_a_key_that_is_gone_costs_no_mail(due, relay: Behaviour, settings, caplog, tmp_path) -> None:
    settings.ANTENNE_DKIM = [f"e1:example.org:{tmp_path / 'gone'}"]
    assert not send_mails(10)
    assert not relay.received
    assert "ANTENNE_DKIM cannot be used" in caplog.text
    rows = [*Delivery.objects.all(), SubscriptionRequest.objects.get()]
    assert {(row.state, row.attempts) for row in rows} == {(State.PENDING, 0)}
    settings.ANTENNE_DKIM = []
    send_mails(10)
    assert len(relay.received) == 3


def test_keys_are_read_once_per_run(due, keys: Keys, relay: Behaviour, monkeypatch) -> None:
    calls = []
    real = dkim.signers
    monkeypatch.setattr(dkim, "signers", lambda: calls.append(1) or real())
    send_mails(10)
    assert (len(calls), len(relay.received)) == (1, 3)

"""Bounces and complaints: what they mean, and whom they are believed about."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from tasks.ledger.models import State
from tasks.newsletter import verp
from tasks.newsletter.compose import identity
from tasks.newsletter.models import (
    ConsentKind,
    Delivery,
    EventKind,
    MailEvent,
    Standing,
    Subscriber,
    Suppression,
)
from tasks.newsletter.returns.classify import refusal
from tasks.newsletter.returns.reading import Handled, handle
from tasks.newsletter.suppressions import is_suppressed
from tests.factories.pages import SiteTree
from tests.factories.returns import ANNA, arf, dsn, mail_to_anna


@pytest.fixture
def delivery(site_tree: SiteTree, settings) -> Delivery:
    """A mail to Anna that the relay took."""
    settings.ANTENNE_BOUNCE_ADDRESS = "bounces@example.org"
    return mail_to_anna(site_tree)


def proven(delivery: Delivery, status: str, words: str = "no", **others: str) -> Handled:
    """What becomes of a bounce to the return address of ``delivery``."""
    return handle(dsn(status, words, to=verp.return_path(delivery.pk), **others))


def test_nobody_there_blocks_the_address_and_says_so(delivery: Delivery) -> None:
    assert proven(delivery, "5.1.1", "550 5.1.1 <anna@example.org>: user unknown") == Handled.STORED
    delivery.refresh_from_db()
    assert (delivery.state, delivery.code) == (State.FAILED, "5.1.1")
    assert is_suppressed(ANNA)
    person = Subscriber.objects.get()
    assert person.consent_records.get().kind == ConsentKind.BLOCKED
    event = MailEvent.objects.get()
    assert event.kind == EventKind.HARD
    assert ANNA not in event.detail


def test_the_same_bounce_twice_is_one_event(delivery: Delivery) -> None:
    assert proven(delivery, "5.1.1") == Handled.STORED
    assert proven(delivery, "5.1.1") == Handled.KNOWN
    assert MailEvent.objects.count() == 1
    assert Subscriber.objects.get().consent_records.count() == 1


def test_a_forged_bounce_blocks_nobody(delivery: Delivery) -> None:
    forged = verp.return_path(delivery.pk).replace(".", ".0", 1)[:-1]
    for to in ("bounces@example.org", f"bounces+{delivery.pk}.{'0' * 16}@example.org", forged):
        handle(dsn("5.1.1", to=to, report=to[:20]))
    assert set(MailEvent.objects.values_list("kind", "delivery")) == {(EventKind.OTHER, None)}
    assert not Suppression.objects.exists()
    delivery.refresh_from_db()
    assert delivery.state == State.SENT


def test_the_message_id_of_the_real_mail_is_proof(delivery: Delivery) -> None:
    handle(dsn("5.1.1", message_id=identity(delivery.campaign, delivery.pk)))
    assert is_suppressed(ANNA)


def test_who_knows_a_campaigns_public_id_cannot_compute_its_message_ids(delivery: Delivery, settings) -> None:
    settings.ANTENNE_HASH_KEY = "somebody else's"
    guessed = identity(delivery.campaign, delivery.pk)
    settings.ANTENNE_HASH_KEY = "ours"
    assert handle(dsn("5.1.1", message_id=guessed)) == Handled.UNPROVEN
    assert not is_suppressed(ANNA)


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        ("5.1.1", "", EventKind.HARD),
        ("5.1.10", "RESOLVER.ADR.RecipientNotFound", EventKind.HARD),
        ("5.2.1", "", EventKind.HARD),
        ("5.0.0", "550 no such user here", EventKind.HARD),
        ("5.2.2", "mailbox full", EventKind.SOFT),
        ("5.7.1", "user unknown to our spam filter", EventKind.SOFT),
        ("5.1.8", "bad sender", EventKind.SOFT),
        ("4.4.7", "expired", EventKind.SOFT),
        ("5.0.0", "", EventKind.SOFT),
    ],
)
def test_only_an_address_without_anybody_is_permanent(code: str, words: str, kind: EventKind) -> None:
    assert refusal(code, words) == kind


def test_five_temporary_bounces_block_and_a_week_forgets_one(delivery: Delivery) -> None:
    Subscriber.objects.update(soft_bounces=4, soft_bounced_at=timezone.now() - timedelta(days=8))
    proven(delivery, "5.2.2")
    assert Subscriber.objects.get().soft_bounces == 4
    assert not is_suppressed(ANNA)
    MailEvent.objects.all().delete()
    proven(delivery, "5.2.2", report="another")
    assert is_suppressed(ANNA)


def test_a_refusal_for_policy_is_not_the_readers_fault(delivery: Delivery) -> None:
    proven(delivery, "5.7.1", "550 5.7.1 spam")
    assert MailEvent.objects.get().kind == EventKind.SOFT
    assert Subscriber.objects.get().soft_bounces == 0


@pytest.mark.parametrize(
    ("status", "action", "state"),
    [("5.1.1", "failed", State.FAILED), ("4.4.1", "delayed", State.SENT), ("2.0.0", "delivered", State.SENT)],
)
def test_a_report_settles_an_unknown_outcome(
    delivery: Delivery, status: str, action: str, state: State
) -> None:
    Delivery.objects.update(state=State.UNKNOWN, sent_at=None)
    proven(delivery, status, action=action)
    assert Delivery.objects.get().state == state


def test_a_complaint_ends_the_subscription_for_good(delivery: Delivery) -> None:
    assert handle(arf(verp.return_path(delivery.pk))) == Handled.STORED
    person = Subscriber.objects.get()
    assert person.standing == Standing.UNSUBSCRIBED
    assert Suppression.objects.get().reason == "complaint"
    blocked, withdrawn = person.consent_records.order_by("position")
    assert (blocked.kind, blocked.details["reason"]) == (ConsentKind.BLOCKED, "complaint")
    assert (withdrawn.kind, withdrawn.way) == (ConsentKind.WITHDRAWN, "mail")


def test_a_complaint_without_proof_ends_nothing(delivery: Delivery) -> None:
    assert handle(arf("bounces@example.org")) == Handled.UNPROVEN
    assert Subscriber.objects.get().standing == Standing.CONFIRMED


def test_answers_of_people_and_machines_on_holiday_are_not_kept(delivery: Delivery) -> None:
    to = verp.return_path(delivery.pk)
    away = f"From: {ANNA}\nTo: {to}\nAuto-Submitted: auto-replied\n\nuser unknown until Monday, 550 5.1.1\n"
    assert handle(away.encode()) == Handled.OTHER
    assert handle(b"From: anna@example.org\n\nThank you!\n") == Handled.OTHER
    assert not MailEvent.objects.exists()


def test_a_bounce_in_exims_own_words_is_understood(delivery: Delivery) -> None:
    exim = (
        f"From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nTo: {verp.return_path(delivery.pk)}\n"
        f"X-Failed-Recipients: {ANNA}\nMessage-ID: <exim@mx>\n\n"
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\nrecipients. "
        f"This is a permanent error. The following address(es) failed:\n\n  {ANNA}\n"
        "    SMTP error from remote mail server: 550 5.1.1 no such user\n"
    )
    assert handle(exim.encode()) == Handled.STORED
    assert is_suppressed(ANNA)


def test_the_pipe_command_knows_the_envelope_recipient(delivery: Delivery, monkeypatch, capsys) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(dsn("5.1.1")))
    monkeypatch.setattr("sys.stdin", stdin)
    call_command("bounces", "pipe", "--recipient", verp.return_path(delivery.pk))
    assert capsys.readouterr().out == "stored\n"
    assert is_suppressed(ANNA)


def test_the_mail_server_keeps_the_mail_while_the_database_is_away(monkeypatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(dsn("5.1.1"))))
    monkeypatch.setattr("tasks.management.commands.bounces.handle", away)
    with pytest.raises(SystemExit) as ended:
        call_command("bounces", "pipe")
    assert ended.value.code == 75

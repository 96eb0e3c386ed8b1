"""The bounce mailbox on a real Dovecot: what becomes of mails, and what a crash costs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import dns.resolver
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from tasks import outbox
from tasks.health import bounces_are_read
from tasks.ledger.models import State
from tasks.newsletter import verp
from tasks.newsletter.doctor import configured
from tasks.newsletter.doctor import mailbox as doctor
from tasks.newsletter.doctor.findings import Finding, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup
from tasks.newsletter.models import BounceMailbox, Delivery, MailboxTrouble, MailEvent
from tasks.newsletter.returns.mailbox import session, state, turn
from tasks.newsletter.returns.mailbox.config import configured_mailbox
from tasks.newsletter.returns.mailbox.session import Session
from tasks.newsletter.returns.reading import MAX_BYTES, Handled
from tasks.newsletter.suppressions import is_suppressed
from tasks.tasks import read_bounces_task
from tests.doubles.dovecot import Dovecot
from tests.factories.pages import build_site_tree
from tests.factories.returns import ANNA, arf, dsn, mail_to_anna

LEFT = {"AntenneLeft"}
THANKS = b"From: anna@example.org\nTo: bounces@example.org\nSubject: Danke\n\nMerci!\n"


def bounce(delivery: Delivery, status: str = "5.1.1", **others: str) -> bytes:
    return dsn(status, to=verp.return_path(delivery.pk), **others)


def read(**limits: float) -> dict[Handled, int]:
    """Take a turn; how many mails of each kind there were."""
    config = configured_mailbox()
    assert config
    return dict(turn.take_turn(config, limits.get("seconds", 30)).handled)


class Crash(BaseException):
    """The process is gone."""


def crashing_in(owner: object, name: str) -> None:
    """A turn whose process dies as soon as it calls ``name`` of ``owner``."""

    def crash(*_: object) -> None:
        raise Crash

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owner, name, crash)
        with pytest.raises(Crash):
            read()


def test_bounces_and_complaints_have_their_consequences_and_are_deleted(
    mailbox: Dovecot, delivery: Delivery
) -> None:
    mailbox.put(bounce(delivery), arf(verp.return_path(delivery.pk)), dsn("5.1.1", to="x@example.org"))
    assert read() == {Handled.STORED: 2, Handled.UNPROVEN: 1}
    assert set(MailEvent.objects.values_list("source", "kind")) == {
        ("dsn", "hard"),
        ("arf", "complaint"),
        ("dsn", "other"),
    }
    assert is_suppressed(ANNA)
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    assert mailbox.flags() == []
    assert read() == {}


def test_other_mails_stay_unread_and_are_looked_at_once(mailbox: Dovecot, delivery: Delivery) -> None:
    mailbox.put(THANKS, bounce(delivery), THANKS)
    assert read() == {Handled.OTHER: 2, Handled.STORED: 1}
    assert mailbox.flags() == [LEFT, LEFT]
    assert read() == {}
    row = BounceMailbox.objects.get()
    assert (row.stored, row.left, row.trouble) == (1, 2, "")


@pytest.mark.django_db(transaction=True)
def test_a_mail_goes_only_when_what_it_says_is_committed(mailbox: Dovecot, monkeypatch) -> None:
    delivery = mail_to_anna(build_site_tree())
    mailbox.put(bounce(delivery), THANKS, bounce(delivery, "4.4.7"))
    seen: list[int] = []
    delete = Session.delete

    def watched(self: Session, uid: int) -> None:
        with ThreadPoolExecutor(1) as elsewhere:
            seen.append(elsewhere.submit(_counted).result())
        delete(self, uid)

    monkeypatch.setattr(Session, "delete", watched)
    read()
    assert seen == [1, 2]


def _counted() -> int:
    try:
        return MailEvent.objects.count()
    finally:
        connection.close()


def test_a_crash_between_storing_and_deleting_stores_nothing_twice(
    mailbox: Dovecot, delivery: Delivery, monkeypatch
) -> None:
    nameless = bounce(delivery, "4.4.7").replace(b"Message-ID: <4.4.7@mx.example.org>\n", b"")
    nameless = nameless.replace(b"Date: Mon, 23 Nov 2026 10:00:00 +0000\n", b"")
    assert nameless.count(b"Message-ID") == 1
    mailbox.put(bounce(delivery), nameless)
    for _ in range(2):
        crashing_in(Session, "delete")
    assert MailEvent.objects.count() == 1
    assert mailbox.flags() == [set(), set()]
    assert read() == {Handled.KNOWN: 1, Handled.STORED: 1}
    mailbox.put(nameless)
    assert read() == {Handled.KNOWN: 1}
    assert MailEvent.objects.count() == 2
    assert mailbox.flags() == []


def test_a_crash_before_storing_leaves_the_mail(mailbox: Dovecot, delivery: Delivery, monkeypatch) -> None:
    mailbox.put(bounce(delivery))
    crashing_in(turn, "handle")
    assert not MailEvent.objects.exists()
    assert read() == {Handled.STORED: 1}


def test_mails_stay_while_the_database_is_away(mailbox: Dovecot, monkeypatch) -> None:
    def away(raw: bytes) -> None:
        raise OperationalError("gone")

    mailbox.put(THANKS)
    monkeypatch.setattr(turn, "handle", away)
    with pytest.raises(SystemExit) as ended:
        call_command("bounces", "read")
    assert ended.value.code == 75
    assert mailbox.flags() == [set()]


def test_a_mail_that_nobody_can_read_holds_up_no_other(
    mailbox: Dovecot, delivery: Delivery, monkeypatch, caplog
) -> None:
    handle = turn.handle

    def picky(raw: bytes) -> Handled:
        if b"Merci" in raw:
            raise LookupError("unknown encoding")
        return handle(raw)

    monkeypatch.setattr(turn, "handle", picky)
    mailbox.put(THANKS, bounce(delivery))
    assert read() == {Handled.STORED: 1}
    assert mailbox.flags() == [LEFT]
    assert "cannot be read; it stays there" in caplog.text


def test_of_a_huge_mail_only_the_beginning_is_loaded(
    mailbox: Dovecot, delivery: Delivery, monkeypatch
) -> None:
    sizes: list[int] = []
    handle = turn.handle

    def measured(raw: bytes) -> Handled:
        sizes.append(len(raw))
        return handle(raw)

    monkeypatch.setattr(turn, "handle", measured)
    filling = b"Anhang\n" * 500_000
    mailbox.put(bounce(delivery).rstrip() + filling, THANKS + filling)
    assert read() == {Handled.STORED: 1, Handled.OTHER: 1}
    assert sizes == [MAX_BYTES, MAX_BYTES]
    assert mailbox.flags() == [LEFT]


def test_an_empty_mail_is_looked_at_once(mailbox: Dovecot) -> None:
    mailbox.put(b"\n")
    assert read() == {Handled.OTHER: 1}
    assert read() == {}


def test_a_turn_takes_so_many_and_says_that_there_are_more(
    mailbox: Dovecot, delivery: Delivery, monkeypatch
) -> None:
    monkeypatch.setattr(turn, "MAILS", 2)
    monkeypatch.setattr(session, "WINDOW", 2)
    mailbox.put(THANKS, *(bounce(delivery, report=f"r{number}") for number in range(4)))
    assert turn.read_for(30)
    assert state.is_due()
    assert MailEvent.objects.count() == 1
    assert turn.read_for(30)
    assert not turn.read_for(30)
    assert not state.is_due()
    assert MailEvent.objects.count() == 4
    assert mailbox.flags() == [LEFT]


def test_a_turn_ends_in_time_and_goes_on_later(mailbox: Dovecot, delivery: Delivery) -> None:
    mailbox.put(bounce(delivery))
    assert turn.read_for(0)
    assert len(mailbox.flags()) == 1
    assert not turn.read_for(30)


def test_while_one_reads_nobody_else_does(mailbox: Dovecot, delivery: Delivery, monkeypatch) -> None:
    config = configured_mailbox()
    assert config
    others: list[bool] = []
    handle = turn.handle

    def slow(raw: bytes) -> Handled:
        others.append(turn.take_turn(config, 5).busy)
        return handle(raw)

    monkeypatch.setattr(turn, "handle", slow)
    mailbox.put(bounce(delivery))
    assert read() == {Handled.STORED: 1}
    assert others == [True]


@pytest.mark.django_db(transaction=True)
def test_of_many_readers_at_once_one_reads(mailbox: Dovecot) -> None:
    config = configured_mailbox()
    assert config

    def take(_: int) -> str:
        try:
            return state.take(config, 30)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(take, range(6)))
    assert len([worker for worker in taken if worker]) == 1
    assert read() == {}


def test_the_lease_of_a_dead_reader_runs_out(mailbox: Dovecot, delivery: Delivery) -> None:
    config = configured_mailbox()
    assert config
    dead = state.take(config, 30)
    mailbox.put(bounce(delivery))
    assert read() == {}
    BounceMailbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert read() == {Handled.STORED: 1}
    state.give_back(dead, state.Turn())
    assert BounceMailbox.objects.get().stored == 1


def test_without_uidplus_nothing_of_others_is_deleted(settings, delivery: Delivery) -> None:
    with Dovecot(more="imap_capability = IMAP4rev1 LITERAL+") as old:
        settings.ANTENNE_BOUNCE_MAILBOX = old.url()
        old.put(THANKS, bounce(delivery))
        with old.client() as somebody:
            somebody.store("1", "+FLAGS", r"(\Deleted)")
        assert read() == {Handled.STORED: 1}
        assert old.flags() == [{"\\Deleted"}, {"\\Deleted"}]
        with old.client() as somebody:
            somebody.expunge()
        old.put(bounce(delivery, report="another"), THANKS)
        assert read() == {Handled.STORED: 1, Handled.OTHER: 1}
        assert old.flags() == [LEFT]


def test_a_server_that_stores_no_keywords_gets_a_flag(mailbox: Dovecot, monkeypatch) -> None:
    opening = session._open

    def exchange(*args: object) -> dict[bytes, object]:
        flags = (b"\\Seen", b"\\Answered", b"\\Flagged", b"\\Deleted", b"\\Draft", b"$MDNSent")
        return {**opening(*args), b"PERMANENTFLAGS": flags}

    monkeypatch.setattr(session, "_open", exchange)
    mailbox.put(THANKS)
    assert read() == {Handled.OTHER: 1}
    assert mailbox.flags() == [{"\\Flagged"}]
    assert read() == {}


def test_the_command_says_what_it_did(mailbox: Dovecot, delivery: Delivery, capsys) -> None:
    mailbox.put(bounce(delivery), THANKS)
    call_command("bounces", "read", "--dry-run", "--json")
    first = json.loads(capsys.readouterr().out)
    assert (first["stored"], first["no bounce and no complaint"]) == (1, 1)
    assert mailbox.flags() == [set(), set()]
    assert not MailEvent.objects.exists()
    assert not BounceMailbox.objects.exists()
    call_command("bounces", "read", "--json")
    assert json.loads(capsys.readouterr().out) == first
    call_command("bounces", "read", "--dry-run")
    assert "no bounce and no complaint" not in capsys.readouterr().out
    call_command("bounces", "read")
    assert "more is waiting" in capsys.readouterr().out


def test_without_celery_the_sweeper_reads_every_five_minutes(mailbox: Dovecot, delivery: Delivery) -> None:
    mailbox.put(bounce(delivery))
    outbox.drain(5)
    assert MailEvent.objects.count() == 1
    mailbox.put(bounce(delivery, report="another"))
    outbox.drain(5)
    assert MailEvent.objects.count() == 1
    BounceMailbox.objects.update(next_try_at=timezone.now())
    outbox.drain(5)
    assert MailEvent.objects.count() == 2


def test_beats_task_reads(mailbox: Dovecot, delivery: Delivery) -> None:
    mailbox.put(bounce(delivery))
    read_bounces_task()
    assert MailEvent.objects.count() == 1


def test_health_says_when_bounces_were_read_last_and_why_not(mailbox: Dovecot, settings, db) -> None:
    assert bounces_are_read() is None
    read()
    assert bounces_are_read() is None
    hours = timezone.now() - timedelta(hours=2)
    BounceMailbox.objects.update(read_at=hours)
    assert "not been read since" in str(bounces_are_read())
    BounceMailbox.objects.update(trouble=MailboxTrouble.REFUSED, reply="Authentication failed", read_at=None)
    assert bounces_are_read() is None
    BounceMailbox.objects.update(since=hours)
    assert "Authentication failed" in str(bounces_are_read())
    settings.ANTENNE_BOUNCE_MAILBOX = ""
    assert bounces_are_read() is None


def test_the_doctor_opens_the_mailbox_and_changes_nothing(mailbox: Dovecot, settings) -> None:
    mailbox.put(THANKS)
    assert [finding.level for finding in _looked_at()] == [Level.OK]
    assert mailbox.flags() == [set()]
    settings.ANTENNE_BOUNCE_MAILBOX = mailbox.url(password="wrong")
    [finding] = _looked_at()
    assert finding.level == Level.WRONG
    assert "Authentication failed" in finding.found
    settings.ANTENNE_BOUNCE_MAILBOX = ""
    assert _looked_at() == []


def _looked_at() -> list[Finding]:
    subject = Subject("example.org", "example.org", "example.org", mailbox=configured.mailbox())
    return list(doctor.check(subject, Lookup(dns.resolver.Resolver(configure=False))))

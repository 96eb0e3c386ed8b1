"""A bounce mailbox that cannot be read: what is said, what never is, and that nobody waits long."""

from __future__ import annotations

import logging
import time
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cms.demo.runtime.ports import free_port
from tasks.newsletter.models import BounceMailbox, Delivery, MailboxTrouble
from tasks.newsletter.returns.mailbox import config as configuration
from tasks.newsletter.returns.mailbox import turn
from tasks.newsletter.returns.mailbox.config import configured_mailbox
from tasks.newsletter.returns.mailbox.session import Session
from tasks.newsletter.returns.mailbox.trouble import MailboxFault
from tasks.newsletter.verp import return_path
from tests.doubles.certificates import certificate
from tests.doubles.dovecot import USER, Dovecot, url
from tests.doubles.talkers import dripping, talking
from tests.factories.returns import dsn


def fault(seconds: float = 5) -> MailboxFault:
    """What goes wrong in a turn."""
    config = configured_mailbox()
    assert config
    with pytest.raises(MailboxFault) as raised:
        turn.take_turn(config, seconds)
    return raised.value


def test_a_wrong_password_is_said_and_never_shown(mailbox: Dovecot, settings, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    settings.ANTENNE_BOUNCE_MAILBOX = mailbox.url(password="gehéim-123")
    assert not turn.read_for(5)
    row = BounceMailbox.objects.get()
    assert row.trouble == MailboxTrouble.REFUSED
    assert row.read_at is None
    with pytest.raises(CommandError) as ended:
        call_command("bounces", "read")
    assert ended.value.returncode == 78
    shown = "\n".join([caplog.text, row.reply, str(ended.value), repr(configured_mailbox())])
    assert "Authentication failed" in shown
    assert "gehéim" not in shown
    assert "-123" not in shown


@pytest.mark.parametrize("password", ["secret", 'se"cr\\et', "sécret"])
@pytest.mark.parametrize("ways", [b"IMAP4rev1", b"IMAP4rev1 AUTH=PLAIN"])
def test_a_server_that_quotes_the_password_does_not_get_it_into_the_log(
    settings, db, password: str, ways: bytes
) -> None:
    with talking(b"* OK hi\r\n", b"* CAPABILITY " + ways + b"\r\n%s OK done\r\n") as port:
        settings.ANTENNE_BOUNCE_MAILBOX = url(f"imap://127.0.0.1:{port}", password)
        said = fault()
    assert said.trouble == MailboxTrouble.REFUSED
    assert "cr" not in said.said
    assert b64encode(f"\0{USER}\0{password}".encode()).decode() not in said.said
    assert ("…" in said.said) == password.isascii() or b"PLAIN" in ways


def test_a_server_that_sends_more_than_it_was_asked_for_is_not_listened_to(settings, db) -> None:
    with talking(b"* OK hi\r\n", b"* LIST {3000000}\r\n%s OK done\r\n") as port:
        settings.ANTENNE_BOUNCE_MAILBOX = url(f"imap://127.0.0.1:{port}")
        said = fault()
    assert said.trouble == MailboxTrouble.UNEXPECTED
    assert "more than it was asked for" in said.said


def test_a_folder_that_is_not_there_is_said(mailbox: Dovecot, settings) -> None:
    settings.ANTENNE_BOUNCE_MAILBOX = mailbox.url(folder="Zur%C3%BCck")
    assert fault().trouble == MailboxTrouble.NO_FOLDER


def test_a_server_that_is_away_is_said(settings, db) -> None:
    settings.ANTENNE_BOUNCE_MAILBOX = url(f"imap://127.0.0.1:{free_port()}")
    assert fault().trouble == MailboxTrouble.UNREACHABLE
    with pytest.raises(CommandError) as ended:
        call_command("bounces", "read")
    assert ended.value.returncode == 75


@pytest.mark.parametrize("beginning", [b"", b"* OK", b"* OK hi\r\n* "])
def test_a_server_that_drips_holds_up_nobody(settings, db, monkeypatch, beginning: bytes) -> None:
    monkeypatch.setattr(turn, "GRACE", 1.0)
    with dripping(beginning) as port:
        settings.ANTENNE_BOUNCE_MAILBOX = url(f"imap://127.0.0.1:{port}")
        began = time.monotonic()
        assert fault(0.5).trouble == MailboxTrouble.SLOW
        assert 1.2 < time.monotonic() - began < 4
    assert BounceMailbox.objects.get().lease_until is None


def test_a_handshake_that_drips_holds_up_nobody(settings, db, monkeypatch) -> None:
    monkeypatch.setattr(turn, "GRACE", 1.0)
    with dripping(b"\x16\x03\x03\x3f\xff\x02") as port:
        settings.ANTENNE_BOUNCE_MAILBOX = url(f"imaps://127.0.0.1:{port}")
        began = time.monotonic()
        assert fault(0.5).trouble == MailboxTrouble.SLOW
        assert 1.2 < time.monotonic() - began < 4


@pytest.mark.parametrize(("scheme", "port"), [("imaps", "tls_port"), ("imap", "port")])
def test_the_certificate_must_be_right(settings, db, tmp_path: Path, monkeypatch, scheme, port) -> None:
    """With TLS from the first byte, and with STARTTLS, which every server elsewhere must offer."""
    monkeypatch.setattr(configuration, "LOOPBACK", set())
    pem = certificate(tmp_path, "localhost", days=30)
    with Dovecot(pem) as safe:
        safe.put(dsn("5.1.1"))
        named, numbered = (f"{scheme}://{host}:{getattr(safe, port)}" for host in ("localhost", "127.0.0.1"))
        settings.ANTENNE_BOUNCE_MAILBOX = url(named)
        assert fault().trouble == MailboxTrouble.CERTIFICATE
        settings.ANTENNE_BOUNCE_MAILBOX = f"{url(numbered)}?ca={pem}"
        assert fault().trouble == MailboxTrouble.CERTIFICATE
        assert len(safe.flags()) == 1
        settings.ANTENNE_BOUNCE_MAILBOX = f"{url(named)}?ca={pem}"
        assert not turn.read_for(10)
        assert BounceMailbox.objects.get().trouble == ""
        assert safe.flags() == []
        assert ", TLS, session" in safe.log()


def test_the_password_never_goes_out_in_clear_text(mailbox: Dovecot, monkeypatch) -> None:
    monkeypatch.setattr(configuration, "LOOPBACK", set())
    before = mailbox.log().count("Login:")
    assert fault().trouble == MailboxTrouble.NO_TLS
    assert mailbox.log().count("Login:") == before


def test_what_was_stored_before_the_connection_broke_is_counted(
    mailbox: Dovecot, delivery: Delivery, monkeypatch
) -> None:
    def broken(session: Session, uid: int) -> None:
        raise ConnectionResetError("Connection reset by peer")

    mailbox.put(dsn("5.1.1", to=return_path(delivery.pk)))
    monkeypatch.setattr(Session, "delete", broken)
    assert fault().trouble == MailboxTrouble.UNREACHABLE
    row = BounceMailbox.objects.get()
    assert (row.stored, row.read_at, row.lease_until) == (1, None, None)
    assert row.reply == "Connection reset by peer"
    assert row.next_try_at > timezone.now() + timedelta(minutes=4)

"""The doctor's look at TLS, against servers that do it well, badly or not at all."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dns.resolver
import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from cms.demo.runtime.ports import free_port
from tasks.newsletter.doctor import configured, tls
from tasks.newsletter.doctor.findings import Finding, Host, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup
from tests.doubles.certificates import certificate
from tests.doubles.dns import NameServer
from tests.doubles.smtp import Behaviour

NAME = "mail.example.org"


@contextlib.contextmanager
def mail_server(pem: Path | None, *, implicit: bool = False) -> Iterator[int]:
    """A real server with STARTTLS or ``implicit`` TLS, or without where it has no certificate: its port."""
    context = None
    if pem:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
    server = Controller(
        Behaviour(),
        hostname="127.0.0.1",
        port=free_port(),
        **{"ssl_context" if implicit else "tls_context": context},
    )
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


@contextlib.contextmanager
def dripping_server() -> Iterator[int]:
    """Sends one byte of a reply that never ends every tenth of a second."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                while not ended.wait(0.1):
                    connection.sendall(b"2")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def look(port: int, trusted: Path | None = None, seconds: float = 5.0, relay: Host | None = None) -> Finding:
    """What the doctor says of the relay at ``port``."""
    context = ssl.create_default_context(cafile=str(trusted) if trusted else None)
    with NameServer({(NAME, "A"): ["127.0.0.1"]}) as names:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], names.port
        domain = "example.org"
        relays = (relay or Host(NAME, port),)
        subject = Subject(domain, domain, domain, relays=relays, seconds=seconds, tls=context)
        [found] = tls.check(subject, Lookup(resolver))
    return found


def test_a_valid_certificate_is_in_order(tmp_path: Path) -> None:
    pem = certificate(tmp_path, NAME, days=30)
    with mail_server(pem) as port:
        assert look(port, pem) == Finding("TLS", Level.OK, f"{NAME}:{port}")


@pytest.mark.parametrize(
    ("name", "days", "says"), [("other.example.org", 30, "Hostname mismatch"), (NAME, -1, "expired")]
)
def test_a_certificate_that_is_not_valid_is_wrong(tmp_path: Path, name: str, days: int, says: str) -> None:
    pem = certificate(tmp_path, name, days=days)
    with mail_server(pem) as port:
        found = look(port, pem)
    assert found.level == Level.WRONG
    assert says in found.found


def test_a_certificate_of_nobody_is_wrong(tmp_path: Path) -> None:
    with mail_server(certificate(tmp_path, NAME, days=30)) as port:
        found = look(port)
    assert (found.level, "self-signed" in found.found) == (Level.WRONG, True)


def test_a_server_without_tls_is_wrong() -> None:
    with mail_server(None) as port:
        found = look(port)
    assert found.level == Level.WRONG
    assert "STARTTLS" in found.found


@pytest.mark.parametrize("days", [1, 13, 14])
def test_a_certificate_that_ends_soon_is_named_with_its_last_day(tmp_path: Path, days: int) -> None:
    pem = certificate(tmp_path, NAME, days=days)
    with mail_server(pem) as port, override("en"):
        found = look(port, pem)
        last = date_format(timezone.localtime() + timedelta(days=days), "DATE_FORMAT")
    assert found.level == Level.ADVICE
    assert f"valid until {last} only" in found.found


@pytest.mark.parametrize(
    ("relays", "by_itself"),
    [
        (["smtps://user:password@{name}:{port}"], True),
        (["smtp+starttls://user:password@{name}:{port}"], False),
        ([], True),
    ],
)
def test_a_relay_is_spoken_to_as_the_settings_say(
    tmp_path: Path, settings, relays: list[str], by_itself: bool
) -> None:
    """TLS from the first byte or STARTTLS: by the scheme or EMAIL_USE_SSL, whatever the port."""
    pem = certificate(tmp_path, NAME, days=30)
    with mail_server(pem, implicit=by_itself) as port:
        settings.ANTENNE_RELAYS = [url.format(name=NAME, port=port) for url in relays]
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_SSL = NAME, port, True
        [relay] = configured.relays()
        assert look(port, pem, relay=relay) == Finding("TLS", Level.OK, f"{NAME}:{port}")
        other = replace(relay, implicit_tls=not by_itself)
        assert look(port, pem, seconds=1.0, relay=other).level != Level.OK


def test_port_465_is_usual_for_tls_from_the_first_byte(settings) -> None:
    settings.ANTENNE_RELAYS = ["smtps://user:password@relay.example.org"]
    assert configured.relays() == (Host("relay.example.org", 465, implicit_tls=True),)


def test_a_server_that_is_away_could_not_be_checked() -> None:
    assert look(free_port()).level == Level.UNCHECKED


def test_a_server_that_drips_holds_up_nobody() -> None:
    began = time.monotonic()
    with dripping_server() as port:
        assert look(port, seconds=1.0).level == Level.UNCHECKED
    assert time.monotonic() - began < 3

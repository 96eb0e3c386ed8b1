"""TLS: do the relay and the domain's mail servers offer it, with a certificate for their name?"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tasks.newsletter.doctor.findings import Finding, Host, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup, NoAnswer

LONGEST_REPLY = 20_000
SOON = timedelta(days=14)


class _NotOffered(Exception):
    """The server does not know STARTTLS."""


def check(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """Our relays, and the best mail server of the domain."""
    for relay in subject.relays:
        yield _host(relay, subject, lookup, Level.WRONG)
    for name in [name for name in lookup.mail_hosts(subject.domain) if name][:1]:
        yield _host(Host(name, subject.smtp_port), subject, lookup, Level.ADVICE)


def _host(host: Host, subject: Subject, lookup: Lookup, bad: Level) -> Finding:
    where = f"{host.name}:{host.port}"
    try:
        end = _shake_hands(host, subject, lookup)
    except _NotOffered:
        return Finding(
            "TLS", bad, _("%s does not offer STARTTLS.") % where, _("Turn TLS on in the mail server.")
        )
    except ssl.SSLCertVerificationError as error:
        found = _("%(host)s: %(reason)s") % {"host": where, "reason": error.verify_message}
        return Finding("TLS", bad, found, _("Install a valid certificate for this name."))
    except (OSError, ValueError, NoAnswer) as error:
        found = _("%(host)s cannot be reached: %(reason)s") % {"host": where, "reason": error}
        return Finding("TLS", Level.UNCHECKED, found, _("Some networks block port 25; try from elsewhere."))
    return _of_age(where, end)


def _of_age(where: str, end: datetime) -> Finding:
    """A valid certificate is in order for as long as nobody has to think of it."""
    if end - timezone.now() > SOON:
        return Finding("TLS", Level.OK, where)
    found = _("The certificate of %(host)s is valid until %(date)s only.")
    values = {"host": where, "date": date_format(timezone.localtime(end), "DATE_FORMAT")}
    return Finding(
        "TLS", Level.ADVICE, found % values, _("Renew it, and see why that did not happen by itself.")
    )


def _shake_hands(host: Host, subject: Subject, lookup: Lookup) -> datetime:
    """The end of the certificate; raises what goes wrong."""
    address = _address(host.name, lookup)
    until = time.monotonic() + subject.seconds
    with socket.create_connection((address, host.port), timeout=subject.seconds) as plain:
        if not host.implicit_tls:
            _start_tls(plain, until)
        plain.settimeout(_left(until))
        with subject.tls.wrap_socket(plain, server_hostname=host.name) as safe:
            certificate = safe.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _address(name: str, lookup: Lookup) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        found = lookup.addresses(name)
    if not found:
        raise OSError(_("it has no address"))
    return found[0]


def _start_tls(plain: socket.socket, until: float) -> None:
    _reply(plain, until)
    plain.sendall(b"EHLO doctor.invalid\r\n")
    if b"STARTTLS" not in _reply(plain, until).upper():
        raise _NotOffered
    plain.sendall(b"STARTTLS\r\n")
    if not _reply(plain, until).startswith(b"220"):
        raise _NotOffered


def _reply(plain: socket.socket, until: float) -> bytes:
    """All lines of one reply, and not a byte more: what follows belongs to TLS."""
    read, line = b"", b""
    while len(read) < LONGEST_REPLY:
        plain.settimeout(_left(until))
        byte = plain.recv(1)
        if not byte:
            raise ConnectionError(_("it hangs up"))
        line += byte
        if byte == b"\n":
            read += line
            if line[3:4] != b"-":
                return read
            line = b""
        elif len(line) > LONGEST_REPLY:
            break
    raise ValueError(_("it does not stop talking"))


def _left(until: float) -> float:
    """Seconds that are left; for all of the conversation, so that nobody holds us up by dripping."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError(_("it is too slow"))
    return left

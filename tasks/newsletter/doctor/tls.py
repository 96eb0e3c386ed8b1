"""TLS: do the relay and the domain's mail servers offer it, with a certificate for their name?"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from tasks.newsletter.doctor.findings import Finding, Host, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup, NoAnswer

LONGEST_REPLY = 100


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
        _shake_hands(host, subject, lookup)
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
    return Finding("TLS", Level.OK, where)


def _shake_hands(host: Host, subject: Subject, lookup: Lookup) -> None:
    """Raises what goes wrong."""
    address = _address(host.name, lookup)
    with socket.create_connection((address, host.port), timeout=subject.seconds) as plain:
        if not host.implicit_tls:
            _start_tls(plain)
        with subject.tls.wrap_socket(plain, server_hostname=host.name):
            pass


def _address(name: str, lookup: Lookup) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        found = lookup.addresses(name)
    if not found:
        raise OSError(_("it has no address"))
    return found[0]


def _start_tls(plain: socket.socket) -> None:
    stream = plain.makefile("rwb", buffering=0)
    _reply(stream)
    stream.write(b"EHLO doctor.invalid\r\n")
    if b"STARTTLS" not in _reply(stream).upper():
        raise _NotOffered
    stream.write(b"STARTTLS\r\n")
    if not _reply(stream).startswith(b"220"):
        raise _NotOffered


def _reply(stream: Any) -> bytes:
    lines = []
    for _number in range(LONGEST_REPLY):
        lines.append(stream.readline(1000))
        if lines[-1][3:4] != b"-":
            return b"".join(lines)
    raise ValueError(_("it does not stop talking"))

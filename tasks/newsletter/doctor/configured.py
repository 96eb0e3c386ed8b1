"""What the settings say about who sends."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

import dns.exception
import dns.resolver
import idna
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tasks.newsletter import dkim_keys
from tasks.newsletter.addresses import domain_of
from tasks.newsletter.doctor.findings import Host
from tasks.newsletter.doctor.lookup import Lookup, NoAnswer
from tasks.newsletter.returns.mailbox.config import MailboxConfig, configured_mailbox

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def ascii_name(domain: str) -> str:
    """A domain as DNS knows it; raises ``ValueError`` for what is none."""
    return idna.encode(domain.strip().rstrip("."), uts46=True).decode("ascii")


def relays() -> tuple[Host, ...]:
    """The relays of ``ANTENNE_RELAYS``, or else the one of Django's ``EMAIL_`` settings.

    None where a provider sends.
    """
    if settings.ANTENNE_MAIL_PROVIDER:
        return ()
    if not settings.ANTENNE_RELAYS:
        return (Host(settings.EMAIL_HOST, int(settings.EMAIL_PORT), bool(settings.EMAIL_USE_SSL)),)
    urls = [urlsplit(text) for text in settings.ANTENNE_RELAYS]
    return tuple(
        Host(url.hostname or "", url.port or PORTS.get(url.scheme, 25), url.scheme == "smtps") for url in urls
    )


def selectors() -> tuple[tuple[str, str], ...]:
    """(selector, domain) of every key of ours; those that cannot be read are the system checks' matter."""
    try:
        return tuple((entry.selector, entry.domain) for entry in dkim_keys.configured())
    except dkim_keys.DkimFault:
        return ()


def mailbox() -> MailboxConfig | None:
    """The bounce mailbox; a setting that cannot be understood is the system checks' matter."""
    try:
        return configured_mailbox()
    except ImproperlyConfigured:
        return None


def envelope(sender: str) -> str:
    """The domain that bounces go to."""
    return ascii_name(domain_of(settings.ANTENNE_BOUNCE_ADDRESS) or sender)


def public_addresses(hosts: Iterable[Host], lookup: Lookup) -> tuple[str, ...]:
    """The public addresses of ``hosts`` as DNS gives them; none where it does not answer."""
    found: list[str] = []
    for host in hosts:
        with contextlib.suppress(NoAnswer, dns.exception.DNSException):
            found += [host.name] if _is_address(host.name) else lookup.addresses(host.name)
    return tuple(address for address in dict.fromkeys(found) if ipaddress.ip_address(address).is_global)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def resolver(nameserver: tuple[str, int] | None, seconds: float) -> dns.resolver.Resolver:
    """The system's resolver, or the one at this address and port."""
    found = dns.resolver.Resolver(configure=not nameserver)
    if nameserver:
        found.nameservers, found.port = [nameserver[0]], nameserver[1]
    found.timeout, found.lifetime = seconds / 2, seconds
    return found

"""What the settings say about who sends."""

from __future__ import annotations

from urllib.parse import urlsplit

import dns.resolver
import idna
from django.conf import settings

from tasks.newsletter import dkim_keys
from tasks.newsletter.addresses import domain_of
from tasks.newsletter.doctor.findings import Host

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def ascii_name(domain: str) -> str:
    """A domain as DNS knows it; raises ``ValueError`` for what is none."""
    return idna.encode(domain.strip().rstrip("."), uts46=True).decode("ascii")


def relays() -> tuple[Host, ...]:
    """The relays of ``ANTENNE_RELAYS``, or else the one of Django's ``EMAIL_`` settings."""
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


def envelope(sender: str) -> str:
    """The domain that bounces go to."""
    return ascii_name(domain_of(settings.ANTENNE_BOUNCE_ADDRESS) or sender)


def resolver(nameserver: str, seconds: float) -> dns.resolver.Resolver:
    """The system's resolver, or the one at ``address`` or ``address:port``."""
    found = dns.resolver.Resolver(configure=not nameserver)
    if nameserver:
        address, _colon, port = nameserver.partition(":")
        found.nameservers, found.port = [address], int(port or 53)
    found.timeout, found.lifetime = seconds / 2, seconds
    return found

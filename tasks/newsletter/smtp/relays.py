"""Which relays there are: ``ANTENNE_RELAYS``, or the one of Django's ``EMAIL_*`` settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SCHEMES = {"smtp": ("", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}


@dataclass(frozen=True)
class RelayConfig:
    """One way out. ``security`` is empty, "starttls" or "tls"; ``rate`` is mails per second, 0 any."""

    name: str
    host: str
    port: int
    security: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    weight: float = 1.0
    connections: int = 10
    rate: float = 0.0
    timeout: float = 15.0


def configured_relays() -> list[RelayConfig]:
    """All relays; raises ``ImproperlyConfigured`` that names the one that cannot be understood."""
    urls: list[str] = settings.ANTENNE_RELAYS
    relays = [_parsed(url, number) for number, url in enumerate(urls, 1)] or [_from_django()]
    names = [relay.name for relay in relays]
    if len(set(names)) < len(names):
        raise ImproperlyConfigured(f"ANTENNE_RELAYS gives two relays one name: {', '.join(names)}")
    return relays


def _from_django() -> RelayConfig:
    security = "tls" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else ""
    return RelayConfig(
        "main",
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        security,
        settings.EMAIL_HOST_USER,
        settings.EMAIL_HOST_PASSWORD,
        connections=settings.ANTENNE_MAIL_CONNECTIONS,
        timeout=settings.EMAIL_TIMEOUT,
    )


def _parsed(url: str, number: int) -> RelayConfig:
    try:
        return _from_url(_split(url), number)
    except ValueError as error:
        # Our own words only: those of urllib quote the URL, and with it the password.
        raise ImproperlyConfigured(f"ANTENNE_RELAYS, number {number}: {error}") from None


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- only reading it checks it
    except ValueError:
        raise ValueError(
            "has a host or port that cannot be understood; in user and password write %40 for @, %3A for :, "
            "%2F for /, %3F for ?, %23 for # and %25 for %"
        ) from None
    return parts


def _from_url(parts: SplitResult, number: int) -> RelayConfig:
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError(f"must begin with {', '.join(SCHEMES)} and name a host")
    options = dict(parse_qsl(parts.query))
    if unknown := set(options) - {"name", "weight", "connections", "rate", "timeout"}:
        raise ValueError(f"has unknown options: {', '.join(sorted(unknown))}")
    security, port = SCHEMES[parts.scheme]
    relay = RelayConfig(
        options.get("name", f"relay{number}")[:40],
        parts.hostname,
        parts.port or port,
        security,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        float(options.get("weight", 1)),
        int(options.get("connections", settings.ANTENNE_MAIL_CONNECTIONS)),
        float(options.get("rate", 0)),
        float(options.get("timeout", settings.EMAIL_TIMEOUT)),
    )
    if relay.weight <= 0 or relay.connections < 1 or relay.rate < 0 or relay.timeout <= 0:
        raise ValueError("weight, connections and timeout must be above zero")
    return relay

"""Where the mailbox is: ``ANTENNE_BOUNCE_MAILBOX``, taken apart."""

from __future__ import annotations

import re
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PORTS = {"imaps": 993, "imap": 143}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class MailboxConfig:
    """One folder of one account. ``security`` is "tls", "starttls" or, on this machine, empty."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    security: str = "tls"
    ca: str = ""
    """A file with the certificates to trust; empty: those that the system trusts."""

    @property
    def name(self) -> str:
        """What people know it by."""
        return f"{self.user} · {self.host} · {self.folder}"[:200]

    def without_password(self, text: str) -> str:
        """``text`` of the other side, which may quote what it was told, in one way of writing or another."""
        quoted = self.password.replace("\\", "\\\\").replace('"', '\\"')
        plain = f"\0{self.user}\0{self.password}".encode()
        forms = [self.password, quoted, *(repr(form.encode())[2:-1] for form in (self.password, quoted))]
        for form in (b64encode(plain).decode("ascii"), *sorted(forms, key=len, reverse=True)):
            text = text.replace(form, "…")
        return text

    def tls_context(self) -> ssl.SSLContext:
        """Checks the certificate and its name; raises ``OSError`` where ``ca`` cannot be used."""
        return ssl.create_default_context(cafile=self.ca or None)


def configured_mailbox() -> MailboxConfig | None:
    """The mailbox, or None where there is none; raises ``ImproperlyConfigured`` that says what is wrong."""
    url = str(settings.ANTENNE_BOUNCE_MAILBOX)
    if not url:
        return None
    try:
        return _from_url(_split(url))
    except ValueError as error:
        # Our own words only: those of urllib quote the URL, and with it the password.
        raise ImproperlyConfigured(f"ANTENNE_BOUNCE_MAILBOX {error}") from None


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("is no URL") from None
    if parts.scheme not in PORTS:
        raise ValueError("must begin with imaps:// or imap://")
    if parts.fragment or "@" not in parts.netloc:
        raise ValueError(
            "must have the form imaps://user:password@host/FOLDER; in user and password write %40 for @, "
            "%3A for :, %2F for /, %3F for ?, %23 for # and %25 for %"
        )
    return parts


def _from_url(parts: SplitResult) -> MailboxConfig:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not parts.hostname or not user or not password:
        raise ValueError("must name a user, a password and a host")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if any(CONTROL.search(text) for text in (user, password, folder)):
        raise ValueError("must not contain control characters")
    config = MailboxConfig(
        parts.hostname, _port(parts), user, password, folder, _security(parts), _ca(parts.query)
    )
    if config.ca:
        _try_certificates(config)
    return config


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or PORTS[parts.scheme]
    except ValueError:
        raise ValueError("names a port that is no number from 1 to 65535") from None


def _security(parts: SplitResult) -> str:
    if parts.scheme == "imaps":
        return "tls"
    return "" if parts.hostname in LOOPBACK else "starttls"


def _ca(query: str) -> str:
    options = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := set(options) - {"ca"}:
        raise ValueError(f"has unknown options: {', '.join(sorted(unknown))}; there is only ca")
    return options.get("ca", "")


def _try_certificates(config: MailboxConfig) -> None:
    try:
        config.tls_context()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it holds no certificates"
        raise ValueError(f"names certificates in {config.ca} that cannot be read: {reason}") from None

"""What the doctor found, and what it was asked to look at."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from tasks.newsletter.returns.mailbox.config import MailboxConfig


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    ADVICE = "advice"
    WRONG = "wrong"
    UNCHECKED = "unchecked"


LABELS = {
    Level.OK: _("in order"),
    Level.ADVICE: _("advice"),
    Level.WRONG: _("wrong"),
    Level.UNCHECKED: _("could not be checked"),
}


@dataclass(frozen=True)
class Finding:
    """One answer: what was found, what to mend, and the line to publish in DNS."""

    check: str
    level: Level
    found: str
    mend: str = ""
    record: str = ""


@dataclass(frozen=True)
class Host:
    """A relay as it is connected to."""

    name: str
    port: int
    implicit_tls: bool = False


@dataclass(frozen=True)
class Subject:
    """What is examined; all names are in ASCII (IDNA)."""

    domain: str
    sender: str
    """The domain of the From address."""
    envelope: str
    """The domain that bounces go to."""
    selectors: tuple[tuple[str, str], ...] = ()
    """(selector, domain) of each signature."""
    relays: tuple[Host, ...] = ()
    addresses: tuple[str, ...] = ()
    """From which the relays connect to the world."""
    url: str = ""
    bounce_address: str = ""
    mailbox: MailboxConfig | None = None
    smtp_port: int = 25
    seconds: float = 5.0
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False, compare=False)

"""What a returned mail says, before it is known whose mail it was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from django.utils import timezone

from tasks.newsletter.models import EventKind

ADDRESS = re.compile(r"<?[^\s<>()\[\]:;,\"]+@[^\s<>()\[\]:;,\"]+>?")
DETAIL_LENGTH = 500


@dataclass(frozen=True)
class Report:
    """One claim about one mail of ours."""

    source: str
    kind: EventKind
    code: str = ""
    detail: str = ""
    at: datetime = field(default_factory=timezone.now)
    report_id: str = ""
    """The Message-ID of the report itself."""
    recipients: tuple[str, ...] = ()
    """Addresses that the mail was for, by its own words or the report's."""
    return_paths: tuple[str, ...] = ()
    """Addresses among which a return address of ours may be."""
    message_ids: tuple[str, ...] = ()
    """The Message-ID of the mail that came back."""


def header(message: Message, name: str) -> str:
    """The first header called ``name``, whatever bytes it holds; empty where there is none."""
    return str(message.get(name, "")).strip()


def addresses(message: Message, *names: str) -> tuple[str, ...]:
    """All addresses in the headers called ``names``."""
    values = [str(value) for name in names for value in message.get_all(name, [])]
    return tuple(address for _, address in getaddresses(values) if "@" in address)


def written_at(message: Message) -> datetime:
    """When the message says it was written; now where it does not, or claims a later time."""
    now = timezone.now()
    try:
        at = parsedate_to_datetime(header(message, "Date"))
    except (TypeError, ValueError, OverflowError):
        return now
    return min(at if at.tzinfo else at.replace(tzinfo=UTC), now)


def without_addresses(text: str) -> str:
    """Servers quote the address they refuse. What is kept must outlive an erasure, so it goes."""
    return ADDRESS.sub("<…>", " ".join(text.replace("\x00", "").split()))[:DETAIL_LENGTH]

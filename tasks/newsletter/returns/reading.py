"""One returned mail: read it, find its delivery, store what it says."""

from __future__ import annotations

import hashlib
import logging
from email import message_from_bytes
from enum import StrEnum

from tasks.newsletter.models import Delivery, EventKind, MailEvent
from tasks.newsletter.returns.arf import read_arf
from tasks.newsletter.returns.dsn import read_dsn
from tasks.newsletter.returns.heuristics import read_other
from tasks.newsletter.returns.record import Event, record
from tasks.newsletter.returns.reports import Report
from tasks.newsletter.returns.whose import delivery_of

logger = logging.getLogger(__name__)

# A report stands before the mail that it returns, so its beginning is enough.
MAX_BYTES = 1024 * 1024


class Handled(StrEnum):
    """What a mail turned out to be."""

    STORED = "stored"
    KNOWN = "known already"
    UNPROVEN = "about no mail of ours"
    OTHER = "no bounce and no complaint"


def handle(raw: bytes, recipient: str = "") -> Handled:
    """Read one mail that came to the bounce address and do what follows from it.

    ``recipient`` is its envelope recipient, where the way in knows it. Out-of-office replies and
    answers of people are left alone: nothing of them is stored.
    """
    event = _event_in(raw, recipient)
    if event is None:
        return Handled.OTHER
    return _outcome(event, is_new=record(event))


def foresee(raw: bytes, recipient: str = "") -> Handled:
    """What ``handle`` would say, with nothing stored."""
    event = _event_in(raw, recipient)
    if event is None:
        return Handled.OTHER
    known = MailEvent.objects.filter(source=event.source, event_id=event.event_id)
    return _outcome(event, is_new=not known.exists())


def _outcome(event: Event, *, is_new: bool) -> Handled:
    if not is_new:
        return Handled.KNOWN
    return Handled.STORED if event.delivery else Handled.UNPROVEN


def _event_in(raw: bytes, recipient: str) -> Event | None:
    report = read(raw)
    if report is None:
        return None
    return _event(report, delivery_of(_with_recipient(report, recipient)), raw)


def read(raw: bytes) -> Report | None:
    """What a bounce or complaint says; None for any other mail."""
    message = message_from_bytes(raw[:MAX_BYTES])
    return read_arf(message) or read_dsn(message) or read_other(message)


def _with_recipient(report: Report, recipient: str) -> Report:
    from dataclasses import replace

    return replace(report, return_paths=(recipient, *report.return_paths)) if recipient else report


def _event(report: Report, delivery: Delivery | None, raw: bytes) -> Event:
    """Without a delivery the claim is kept for people to see, as a kind that has no consequences."""
    return Event(
        source=report.source,
        event_id=_event_id(report, delivery, raw),
        kind=report.kind if delivery else EventKind.OTHER,
        at=report.at,
        address=delivery.address if delivery else "",
        delivery=delivery,
        code=report.code,
        detail=report.detail,
    )


def _event_id(report: Report, delivery: Delivery | None, raw: bytes) -> str:
    """The same however often, and by whichever way, the report arrives.

    Where it has no Message-ID its text stands for it: the header fields differ by the way in.
    """
    text = b"\n".join(raw[:MAX_BYTES].splitlines()).partition(b"\n\n")[2].strip()
    said = report.report_id or hashlib.sha256(text).hexdigest()
    return hashlib.sha256(f"{delivery.pk if delivery else ''} {said}".encode()).hexdigest()

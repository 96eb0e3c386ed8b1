"""Complaints in the Abuse Reporting Format (RFC 5965)."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesHeaderParser

from tasks.newsletter.models import EventKind
from tasks.newsletter.returns.dsn import OURS, own_parts, returned_headers
from tasks.newsletter.returns.reports import Report, addresses, header, written_at

KINDS = {"abuse": EventKind.COMPLAINT, "fraud": EventKind.COMPLAINT, "opt-out": EventKind.UNSUBSCRIBED}


def read_arf(message: Message) -> Report | None:
    """What a complaint says; None where ``message`` is none."""
    part = next((p for p in own_parts(message) if p.get_content_type() == "message/feedback-report"), None)
    if part is None:
        return None
    fields, returned = _fields(part), returned_headers(message)
    feedback = header(fields, "Feedback-Type").lower()
    return Report(
        source="arf",
        kind=KINDS.get(feedback, EventKind.OTHER),
        detail=feedback[:80],
        at=written_at(message),
        report_id=header(message, "Message-ID"),
        recipients=(*addresses(returned, "To"), *addresses(fields, "Original-Rcpt-To")),
        return_paths=(
            *addresses(fields, "Original-Mail-From"),
            *addresses(returned, "Return-Path"),
            *addresses(message, *OURS),
        ),
        message_ids=tuple(filter(None, [header(returned, "Message-ID")])),
    )


def _fields(part: Message) -> Message:
    content = part.get_payload()
    if isinstance(content, list) and content and isinstance(content[0], Message):
        return content[0]
    raw = part.get_payload(decode=True)
    return BytesHeaderParser().parsebytes(raw.lstrip() if isinstance(raw, bytes) else b"")

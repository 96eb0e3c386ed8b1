"""Delivery status notifications (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from tasks.newsletter.models import EventKind
from tasks.newsletter.returns.classify import ENHANCED, exact_code, refusal
from tasks.newsletter.returns.reports import Report, addresses, header, without_addresses, written_at

OURS = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
ARRIVED = {"delivered", "relayed", "expanded"}
MILDEST_FIRST = (EventKind.DELIVERED, EventKind.OTHER, EventKind.SOFT, EventKind.HARD)
TYPE_PREFIX = re.compile(r"^[\w-]+\s*;\s*")
RETURNED = {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"}


def read_dsn(message: Message) -> Report | None:
    """What a delivery status notification says; None where ``message`` is none.

    All its parts are about one mail, since each of our mails has one recipient. One who forwards
    to several people can be reached as long as one of them can: the mildest word counts.
    """
    status = next((part for part in own_parts(message) if _is_status(part)), None)
    if status is None:
        return None
    readings = [_reading(block) for block in _blocks(status)]
    if not readings:
        return None
    kind, code, words = min(readings, key=lambda reading: MILDEST_FIRST.index(reading[0]))
    returned = returned_headers(message)
    return Report(
        source="dsn",
        kind=kind,
        code=code,
        detail=without_addresses(words),
        at=written_at(message),
        report_id=header(message, "Message-ID"),
        recipients=(
            *addresses(returned, "To"),
            *_named(status, "Original-Recipient"),
            *_named(status, "Final-Recipient"),
        ),
        return_paths=(*addresses(message, *OURS), *addresses(returned, "Return-Path")),
        message_ids=tuple(filter(None, [header(returned, "Message-ID")])),
    )


def own_parts(message: Message) -> Iterator[Message]:
    """All parts of the report itself, without those of the mail that it returns."""
    yield message
    if message.get_content_maintype() == "multipart" and isinstance(parts := message.get_payload(), list):
        for part in parts:
            if isinstance(part, Message):
                yield from own_parts(part)


def returned_headers(message: Message) -> Message:
    """The headers of the mail that came back; none where the report does not quote them."""
    for part in own_parts(message):
        if part.get_content_type() not in RETURNED:
            continue
        content = part.get_payload()
        if isinstance(content, list) and content and isinstance(content[0], Message):
            return content[0]
        return _parsed(part)
    return Message()


def _parsed(part: Message) -> Message:
    from email.parser import BytesHeaderParser

    raw = part.get_payload(decode=True)
    return BytesHeaderParser().parsebytes(raw if isinstance(raw, bytes) else b"")


def _is_status(part: Message) -> bool:
    return part.get_content_type() in ("message/delivery-status", "message/global-delivery-status")


def _blocks(status: Message) -> list[Message]:
    """The fields of each recipient."""
    content = status.get_payload()
    blocks = content if isinstance(content, list) else []
    return [block for block in blocks if isinstance(block, Message) and block.get("Action")]


def _reading(block: Message) -> tuple[EventKind, str, str]:
    """(kind, code, words) of one recipient's fields."""
    words = TYPE_PREFIX.sub("", header(block, "Diagnostic-Code"))
    stated = ENHANCED.search(header(block, "Status"))
    code = exact_code(stated[1] if stated else "", words)
    action = header(block, "Action").lower().partition(" ")[0]
    if action in ARRIVED:
        return EventKind.DELIVERED, code, words
    if action != "failed":
        return EventKind.OTHER, code, words or action
    return refusal(code, words), code, words


def _named(status: Message, field: str) -> tuple[str, ...]:
    named = (TYPE_PREFIX.sub("", header(block, field)).strip("<> ") for block in _blocks(status))
    return tuple(address for address in named if "@" in address)

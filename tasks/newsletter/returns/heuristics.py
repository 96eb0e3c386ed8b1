"""Bounces of servers that do not follow RFC 3464, as far as flufl.bounce knows them."""

from __future__ import annotations

import re
from email.message import Message

from flufl.bounce import all_failures

from tasks.newsletter.models import EventKind
from tasks.newsletter.returns.classify import exact_code, refusal
from tasks.newsletter.returns.dsn import OURS, own_parts, returned_headers
from tasks.newsletter.returns.reports import Report, addresses, header, without_addresses, written_at

MACHINES = {"mailer-daemon", "postmaster", "mailerdaemon", "mail-daemon", "mdaemon"}
QUOTED_ID = re.compile(r"^[> ]*Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
QUOTED_TO = re.compile(r"^[> ]*To:\s*<?([^<>\s]+@[^<>\s]+?)>?\s*$", re.IGNORECASE | re.MULTILINE)
REASON = re.compile(r"^.*\b(?:[45]\d\d[ -]|[45]\.\d{1,3}\.\d{1,3}).*$", re.MULTILINE)
TEXT_LENGTH = 20_000


def read_other(message: Message) -> Report | None:
    """What a bounce in free words says; None for all else.

    Only mails of mail servers are looked at: people and their out-of-office replies quote words
    that look like a bounce.
    """
    if not _is_from_a_server(message):
        return None
    delayed, gone = all_failures(message)
    if not delayed and not gone:
        return None
    text, returned = _text(message), returned_headers(message)
    found = REASON.search(text)
    words = found[0] if found else text[:200]
    code = exact_code("", words)
    return Report(
        source="bounce",
        kind=refusal(code, text.partition("Message-ID:")[0]) if gone else EventKind.OTHER,
        code=code,
        detail=without_addresses(words),
        at=written_at(message),
        report_id=header(message, "Message-ID"),
        recipients=(
            *addresses(returned, "To"),
            *QUOTED_TO.findall(text),
            *(address.decode("utf-8", "replace") for address in sorted(gone or delayed)),
        ),
        return_paths=(*addresses(message, *OURS), *addresses(returned, "Return-Path")),
        message_ids=(*filter(None, [header(returned, "Message-ID")]), *QUOTED_ID.findall(text)),
    )


def _is_from_a_server(message: Message) -> bool:
    senders = {address.partition("@")[0].lower() for address in addresses(message, "From")}
    return bool(senders & MACHINES or message.get("X-Failed-Recipients"))


def _text(message: Message) -> str:
    for part in own_parts(message):
        if part.get_content_type() == "text/plain":
            raw = part.get_payload(decode=True)
            return (raw if isinstance(raw, bytes) else b"").decode("utf-8", "replace")[:TEXT_LENGTH]
    return ""

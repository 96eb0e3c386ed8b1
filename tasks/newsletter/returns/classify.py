"""Whose fault a refusal is, by its enhanced status code (RFC 3463) and its words."""

from __future__ import annotations

import re

from tasks.newsletter.models import EventKind

ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
NOBODY_THERE = re.compile(
    r"(user|recipient|mailbox|address|account)( \S+)? (is )?(unknown|unavailable for good|not found)"
    r"|(unknown|no such|invalid|non-?existent) (local )?(user|recipient|mailbox|address|account)"
    r"|(does not|doesn't|do not) exist|account (has been |is )?(disabled|deleted|closed)",
    re.IGNORECASE,
)
# X.1.7 and X.1.8 are about the sender's address.
OUR_ADDRESS = ("5.1.7", "5.1.8")


def exact_code(status: str, diagnostic: str) -> str:
    """The enhanced code; servers that only say “5.0.0” often quote a better one."""
    found = ENHANCED.search(diagnostic)
    if not status:
        return found[1] if found else ""
    vague = status.endswith(".0.0")
    return found[1] if vague and found and found[1][0] == status[0] else status


def refusal(code: str, words: str) -> EventKind:
    """What a final refusal means for the address: HARD where nobody is there to be written to."""
    if code.startswith(("4", "5.7.")) or code in ("5.2.2", *OUR_ADDRESS):
        return EventKind.SOFT
    if code.startswith("5.1.") or code == "5.2.1" or NOBODY_THERE.search(words):
        return EventKind.HARD
    return EventKind.SOFT


def is_about_the_mailbox(code: str) -> bool:
    """Whether a temporary bounce counts against the address.

    A refusal for policy or spam (X.7.X) or of our own address says nothing about the reader.
    """
    return not (code[1:].startswith(".7.") or code in OUR_ADDRESS)

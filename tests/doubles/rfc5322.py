"""What RFC 5322 (and 2047, 5321) forbid in a message, looked for in its bytes and not with a parser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

LONGEST = 998
ONCE = {"from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject"}
ONCE |= {"date"}
NEEDED = {"from", "date"}
FIELD = re.compile(rb"^([\x21-\x39\x3b-\x7e]+):[ \t]")
DATE = re.compile(
    rb"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    rb"\d\d:\d\d(:\d\d)? [+-]\d{4}$"
)
ATOM = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
MESSAGE_ID = re.compile(rb"^<" + ATOM + rb"(\." + ATOM + rb")*@" + ATOM + rb"(\." + ATOM + rb")*>$")
ENCODED_WORD = re.compile(rb"=\?[^?\s]+\?[^?\s]+\?[^?\s]*\?=")


def faults(message: bytes) -> list[str]:
    """Each fault in a few words; ``message`` has LF lines, as it is stored."""
    head, _, body = message.partition(b"\n\n")
    fields = re.split(rb"\n(?![ \t])", head)
    return [*_of_lines(head, body), *_of_fields(fields), *_of_values(fields)]


def _of_lines(head: bytes, body: bytes) -> Iterator[str]:
    if b"\r" in head or b"\r" in body or b"\0" in head + body:
        yield "a stray CR or a NUL"
    if not head.isascii():
        yield "a header that is not ASCII"
    if not body.isascii():
        yield "a body that is not ASCII"
    if any(len(line) > LONGEST for line in (head + b"\n" + body).split(b"\n")):
        yield "a line of more than 998 characters"
    if re.search(rb"\n[ \t]+(\n|$)", head):
        yield "a folded line of blanks only"


def _of_fields(fields: list[bytes]) -> Iterator[str]:
    names: Counter[str] = Counter()
    for field in fields:
        if found := FIELD.match(field):
            names[found[1].decode().lower()] += 1
        else:
            yield f"no header field: {field[:40]!r}"
    yield from (f"{name} stands {names[name]} times" for name in sorted(ONCE) if names[name] > 1)
    yield from (f"{name} is missing" for name in sorted(NEEDED) if not names[name])


def _of_values(fields: list[bytes]) -> Iterator[str]:
    for field in fields:
        name, _, raw = field.partition(b":")
        value = raw.replace(b"\n", b"").strip()
        if name.lower() == b"date" and not DATE.match(value):
            yield f"no date: {value!r}"
        if name.lower() == b"message-id" and not MESSAGE_ID.match(value):
            yield f"no message id: {value!r}"
        if any(len(word) > 75 for word in ENCODED_WORD.findall(field)):
            yield f"an encoded word that is too long in {name.decode()}"

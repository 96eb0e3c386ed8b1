"""Reading mails that may be anything: no header and no charset ever raises here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser


def parse_headers(content: bytes) -> Message:
    """The headers of a mail, without reading its body."""
    return BytesHeaderParser().parsebytes(content)


def decoded(value: object) -> str:
    """A header's text (RFC 2047) on one line; as it stands where it cannot be decoded."""
    raw = "" if value is None else str(value)
    try:
        text = str(make_header(decode_header(raw)))
    except (MessageError, LookupError, ValueError):
        text = raw
    return re.sub(r"[\t\r\n ]+", " ", text.encode("utf-8", "replace").decode("utf-8")).strip()


def text_of(part: Message) -> str:
    """The text of a part; what its charset does not know is replaced."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is neither the text nor the HTML of the mail."""

    number: int
    name: str
    content_type: str
    content_id: str
    content: bytes


class ParsedMail:
    """One mail taken apart: headers, text, HTML, attachments."""

    def __init__(self, content: bytes) -> None:
        self.message = message_from_bytes(content)
        self.parts = [part for part in self.message.walk() if not part.is_multipart()]

    def headers(self) -> Iterator[tuple[str, str]]:
        """(name, decoded value) in the order of the mail."""
        for name, value in self.message.items():
            yield name, decoded(value)

    def body(self, content_type: str) -> str | None:
        """The first part of this type that is not an attachment, or None."""
        part = self._body_part(content_type)
        return None if part is None else text_of(part)

    def _body_part(self, content_type: str) -> Message | None:
        for part in self.parts:
            if part.get_content_type() == content_type and part.get_content_disposition() != "attachment":
                return part
        return None

    def attachments(self) -> list[Attachment]:
        """All parts but the two that are shown, numbered by their place in the mail."""
        shown = (self._body_part("text/plain"), self._body_part("text/html"))
        return [_attachment(n, part) for n, part in enumerate(self.parts) if part not in shown]


def _attachment(number: int, part: Message) -> Attachment:
    payload = part.get_payload(decode=True)
    return Attachment(
        number=number,
        name=decoded(part.get_filename()) or f"part-{number}",
        content_type=part.get_content_type(),
        content_id=decoded(part["Content-ID"]).strip("<>"),
        content=payload if isinstance(payload, bytes) else b"",
    )

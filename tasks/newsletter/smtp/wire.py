"""Bytes out, replies in: the lowest layer, with nothing in it of what the replies mean."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from dataclasses import dataclass
from typing import cast

# A server that sends more than this without a complete reply is not one we want to talk to.
MAX_REPLY = 64 * 1024
LINE = re.compile(rb"(\d{3})(?:([ -])([^\r\n]*))?\r?\n")
ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its code (RFC 5321 §4.2) and its text, lines joined by a blank."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463) where the text begins with one, such as ``5.1.1``."""
        found = ENHANCED.match(self.text)
        return found[1] if found else ""


class Garbled(OSError):
    """What came is no SMTP reply."""


class Wire(asyncio.Protocol):
    """A connection that counts replies. One reader at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.closed = False
        self._buffer = b""
        self._lines: list[bytes] = []
        self._replies: deque[Reply] = deque()
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self._error: BaseException | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go on under TLS. Raises ``OSError``, also where the certificate is not that of ``host``."""
        if self.transport is None:
            raise ConnectionResetError("Not connected")
        loop = asyncio.get_running_loop()
        self.transport = await loop.start_tls(self.transport, self, context, server_hostname=host)

    def data_received(self, data: bytes) -> None:
        """Cut replies out of what has come and wake who waits for them."""
        buffer = self._buffer + data if self._buffer else data
        position = 0
        while found := LINE.match(buffer, position):
            position = found.end()
            self._lines.append(found[3] or b"")
            if found[2] != b"-":
                text = b" ".join(self._lines).decode("utf-8", "replace")
                self._replies.append(Reply(int(found[1]), text))
                self._lines = []
        self._buffer = buffer[position:]
        if b"\n" in self._buffer or len(self._buffer) + sum(map(len, self._lines)) > MAX_REPLY:
            self._fail(Garbled("The server sent something that is no SMTP reply"))
        elif len(self._replies) >= self._wanted:
            self._wake()

    def connection_lost(self, error: BaseException | None) -> None:
        """The other side is gone; what was not answered never will be."""
        self.closed = True
        self._fail(error or ConnectionResetError("The server closed the connection"))

    async def replies(self, number: int) -> list[Reply]:
        """The next ``number`` replies. Raises ``OSError`` where the connection breaks before."""
        if len(self._replies) < number:
            if self._error:
                raise self._error
            self._wanted = number
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return [self._replies.popleft() for _ in range(number)]

    @property
    def has_more(self) -> bool:
        """Whether something has come that nobody has asked for yet."""
        return bool(self._buffer or self._lines or self._replies)

    def write(self, data: bytes) -> None:
        """Send; raises ``OSError`` where the connection is gone already."""
        if self.closed or self.transport is None:
            raise self._error if isinstance(self._error, OSError) else ConnectionResetError("Not connected")
        self.transport.write(data)

    def abort(self) -> None:
        """Close at once, whatever is still to be written."""
        self.closed = True
        if self.transport is not None:
            self.transport.abort()

    def _fail(self, error: BaseException) -> None:
        self._error = error if isinstance(error, OSError) else ConnectionResetError(str(error))
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(self._error)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

"""Bytes out, replies in: the lowest layer, with nothing in it of what the replies mean."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Generator
from math import inf
from typing import Any, NamedTuple, cast

# A server that sends more than this without a complete reply is not one we want to talk to.
MAX_REPLY = 64 * 1024
LINE = re.compile(rb"(\d{3})(?:([ -])([^\r\n]*))?\r?\n")
ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")


class Reply(NamedTuple):
    """One reply: its code (RFC 5321 §4.2) and its text, lines joined by a blank."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463) where the text begins with one, such as ``5.1.1``."""
        found = ENHANCED.match(self.text)
        return found[1] if found else ""


class Step(NamedTuple):
    """What a script asks of the wire: write ``data`` and come back with so many replies in time."""

    data: bytes
    replies: int
    seconds: float


Script = Generator[Step, list[Reply], Any]
"""One exchange, written down as a generator: it yields steps, gets their replies and returns its result.

A wire that breaks or is too slow raises an ``OSError`` where the script waits. A script costs a
tenth of what a coroutine with its futures and timers does, and needs no network to be tested.
"""
Done = Callable[[Any, BaseException | None], None]


class Garbled(OSError):
    """What came is no SMTP reply."""


class Cut(ConnectionResetError):
    """The other side closed the connection; ``replies`` is what it had said to the present step."""

    def __init__(self, message: str, replies: list[Reply]) -> None:
        super().__init__(message)
        self.replies = replies


class Wire(asyncio.Protocol):
    """A connection that follows one script at a time."""

    def __init__(self, lost: Callable[[], None] = lambda: None) -> None:
        self.closed = False
        self.deadline = inf
        """On the loop's clock; who owns the wire calls ``expire`` when it has passed."""
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._lines: list[bytes] = []
        self._replies: list[Reply] = []
        self._wanted = 0
        self._script: Script | None = None
        self._done: Done | None = None
        self._error: OSError | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go on under TLS. Raises ``OSError``, also where the certificate is not that of ``host``."""
        if self._transport is None:
            raise ConnectionResetError("Not connected")
        self._transport = await self._loop.start_tls(self._transport, self, context, server_hostname=host)

    def data_received(self, data: bytes) -> None:
        """Cut replies out of what has come and go on with the script that waits for them."""
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
        elif self._script and len(self._replies) >= self._wanted:
            self._go_on()

    def connection_lost(self, error: BaseException | None) -> None:
        """The other side is gone; what was not answered never will be."""
        self.closed = True
        self._fail(Cut(str(error or "The server closed the connection"), self._replies))
        self._lost()

    def follow(self, script: Script, done: Done) -> None:
        """Follow ``script`` to its end, then call ``done`` with its result or what it raised."""
        self._script, self._done = script, done
        self._take(next, script)

    async def followed(self, script: Script) -> Any:
        """The same for who can wait: the result of ``script``."""
        end: asyncio.Future[Any] = self._loop.create_future()

        def done(result: Any, error: BaseException | None) -> None:
            if not end.done():
                end.set_exception(error) if error else end.set_result(result)

        self.follow(script, done)
        return await end

    def expire(self) -> None:
        """The time for the present step is over."""
        self.deadline = inf
        self._fail(TimeoutError("The relay did not answer in time"))

    def abort(self) -> None:
        """Close at once, whatever is still to be written."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    @property
    def has_more(self) -> bool:
        """Whether something has come that nobody has asked for yet."""
        return bool(self._buffer or self._lines or self._replies)

    def _go_on(self) -> None:
        replies, self._replies = self._replies[: self._wanted], self._replies[self._wanted :]
        if self._script:
            self._take(self._script.send, replies)

    def _take(self, step: Callable[[Any], Step], value: Any) -> None:
        """Carry out the script's next step, or end it."""
        try:
            data, self._wanted, seconds = step(value)
        except StopIteration as end:
            self._end(end.value, None)
        except Exception as error:  # noqa: BLE001 -- whoever asked hears of it
            self._end(None, error)
        else:
            self._ask(data, seconds)

    def _ask(self, data: bytes, seconds: float) -> None:
        if self._error or self.closed or self._transport is None:
            self._fail(self._error or ConnectionResetError("Not connected"))
            return
        self.deadline = self._loop.time() + seconds
        if data:
            self._transport.write(data)
        if len(self._replies) >= self._wanted:
            self._go_on()

    def _fail(self, error: BaseException) -> None:
        self._error = error if isinstance(error, OSError) else ConnectionResetError(str(error))
        if script := self._script:
            self._take(script.throw, self._error)

    def _end(self, result: Any, error: BaseException | None) -> None:
        self._script, self.deadline = None, inf
        done, self._done = self._done, None
        if done:
            done(result, error)

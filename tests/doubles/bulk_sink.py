"""An SMTP server that takes mail faster than anybody sends it, and counts it by recipient.

``python -m tests.doubles.bulk_sink --port 2525 --log mails.log [--behaviour JSON]`` runs it in a
process of its own. The log has a line per accepted message: time, tab, address. Two verbs beside
SMTP's own are for the test: ``XCOUNT`` answers with the counts as JSON, ``XBEHAVE`` takes another
behaviour as JSON. ``tests.doubles.sink`` starts it and speaks both.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

# What a client that pipelines sends in one piece: one match and one write instead of three.
ENVELOPE = re.compile(rb"MAIL FROM:<[^\r\n]*\r\nRCPT TO:<([^>\r\n]+)>[^\r\n]*\r\nDATA\r\n", re.IGNORECASE)
PATH = re.compile(rb"[^<]*<([^>]*)>")
END = b"\r\n.\r\n"
EHLO = b"".join(
    b"250%s%s\r\n" % (mark, word)
    for mark, word in (
        (b"-", b"sink.example"),
        (b"-", b"PIPELINING"),
        (b"-", b"8BITMIME"),
        (b"-", b"SIZE 52428800"),
        (b"-", b"ENHANCEDSTATUSCODES"),
        (b" ", b"SMTPUTF8"),
    )
)
OK = b"250 2.0.0 OK\r\n"
GO = b"250 2.1.0 OK\r\n250 2.1.5 OK\r\n354 Go ahead\r\n"
LATER = b"451 4.3.0 Try again later\r\n"
NOBODY = b"554 5.5.1 No valid recipients\r\n"
OUT_OF_ORDER = b"503 5.5.1 Out of order\r\n"


@dataclass
class Behaviour:
    """How badly the sink behaves; by default not at all."""

    refuse_share: float = 0.0
    """Share of recipients that get a 451, drawn anew at each attempt."""
    drop_share: float = 0.0
    """Share of messages that are taken and logged, and whose connection breaks before the reply."""
    seed: int = 0
    delays: dict[str, float] = field(default_factory=dict)
    """domain → seconds between the end of a message and the reply."""
    drip: float = 0.0
    """Seconds between the bytes of each reply."""
    mute: bool = False
    """Take connections from now on and never say a word on them."""


@dataclass
class Counts:
    """What has happened so far."""

    accepted: int = 0
    refused: int = 0
    dropped: int = 0
    octets: int = 0
    connections: int = 0
    most_connections: int = 0


class Sink:
    """What all connections share."""

    def __init__(self, behaviour: Behaviour, log: Path) -> None:
        self.counts = Counts()
        self.behave(behaviour)
        # Unbuffered: what was accepted is in the log before the client hears of it.
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def behave(self, behaviour: Behaviour) -> None:
        """Behave like this from now on."""
        self.behaviour = behaviour
        self._random = random.Random(behaviour.seed)

    def refuses(self) -> bool:
        """Whether this attempt is to be refused."""
        refused = self._happens(self.behaviour.refuse_share)
        self.counts.refused += refused
        return refused

    def drops(self) -> bool:
        """Whether the connection is to break now."""
        dropped = self._happens(self.behaviour.drop_share)
        self.counts.dropped += dropped
        return dropped

    def accept(self, recipients: list[bytes], octets: int) -> None:
        """Note a message that was taken."""
        now = time.time()
        os.write(self._log, b"".join(b"%.4f\t%s\n" % (now, recipient) for recipient in recipients))
        self.counts.accepted += len(recipients)
        self.counts.octets += octets

    def delay(self, recipient: bytes) -> float:
        """Seconds to wait before the reply to a message for ``recipient``."""
        delays = self.behaviour.delays
        return delays.get(recipient.rpartition(b"@")[2].decode(), 0.0) if delays else 0.0

    def _happens(self, share: float) -> bool:
        return share > 0 and self._random.random() < share


class Connection(asyncio.BufferedProtocol):
    """One client. Strict about the order of commands, as real servers are.

    All read into one buffer: asyncio's own of 256 kB per read would cost more than all the rest.
    """

    _read = bytearray(1 << 16)

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self._input = bytearray()
        self._searched = 0
        self._busy = self._in_data = self._mail = False
        self._recipients: list[bytes] = []
        self._verbs: dict[bytes, Callable[[bytes], bytes]] = {
            b"EHLO": lambda line: self._reset(EHLO),
            b"HELO": lambda line: self._reset(OK),
            b"RSET": lambda line: self._reset(OK),
            b"NOOP": lambda line: OK,
            b"MAIL": self._on_mail,
            b"RCPT": self._on_rcpt,
            b"DATA": self._on_data,
            b"XCOUNT": lambda line: b"250 %s\r\n" % json.dumps(asdict(self.sink.counts)).encode(),
            b"XBEHAVE": self._on_behave,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = cast("asyncio.Transport", transport)
        counts = self.sink.counts
        counts.connections += 1
        counts.most_connections = max(counts.most_connections, counts.connections)
        self._mute = self.sink.behaviour.mute
        if not self._mute:
            self._write(b"220 sink.example ESMTP\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self.sink.counts.connections -= 1
        self._busy = True

    def get_buffer(self, sizehint: int) -> bytearray:
        """Where the next bytes go."""
        return self._read

    def buffer_updated(self, nbytes: int) -> None:
        """Take all that can be taken of what is there."""
        self._input += memoryview(self._read)[:nbytes]
        self._advance()

    def _advance(self) -> None:
        while not self._mute and not self._busy and (self._message() if self._in_data else self._command()):
            pass

    def _command(self) -> bool:
        """One command, or a whole envelope at once; False where there is none in the input."""
        envelope = None if self._mail else ENVELOPE.match(self._input)
        if envelope:
            recipient = bytes(envelope[1])
            del self._input[: envelope.end()]
            self._whole_envelope(recipient)
            return True
        end = self._input.find(b"\r\n")
        if end < 0:
            return False
        line = bytes(self._input[:end])
        del self._input[: end + 2]
        verb = line.split(b" ", 1)[0].split(b":", 1)[0].upper()
        if verb == b"QUIT":
            self.transport.write(b"221 2.0.0 Bye\r\n")
            self.transport.close()
            return False
        answer = self._verbs.get(verb)
        self._write(answer(line) if answer else b"502 5.5.2 Not known here\r\n")
        return True

    def _whole_envelope(self, recipient: bytes) -> None:
        self._mail = True
        if self.sink.refuses():
            self._write(OK + LATER + NOBODY)
            return
        self._recipients = [recipient]
        self._in_data = True
        self._write(GO)

    def _reset(self, reply: bytes) -> bytes:
        self._mail, self._recipients = False, []
        return reply

    def _on_mail(self, line: bytes) -> bytes:
        if self._mail:
            return OUT_OF_ORDER
        self._mail = True
        return OK

    def _on_rcpt(self, line: bytes) -> bytes:
        path = PATH.match(line)
        if not self._mail or not path:
            return OUT_OF_ORDER
        if self.sink.refuses():
            return LATER
        self._recipients.append(path[1])
        return OK

    def _on_data(self, line: bytes) -> bytes:
        if not self._mail or not self._recipients:
            return NOBODY if self._mail else OUT_OF_ORDER
        self._in_data = True
        return b"354 Go ahead\r\n"

    def _on_behave(self, line: bytes) -> bytes:
        self.sink.behave(Behaviour(**json.loads(line.split(b" ", 1)[1])))
        return OK

    def _message(self) -> bool:
        """The rest of a message; False where its end is not there yet."""
        end = self._input.find(END, self._searched)
        if end < 0:
            self._searched = max(0, len(self._input) - len(END) + 1)
            return False
        del self._input[: end + len(END)]
        self._searched = 0
        self._in_data = False
        self.sink.accept(self._recipients, end + 2)
        delay = self.sink.delay(self._recipients[0])
        self._reset(b"")
        if self.sink.drops():
            self.transport.abort()
            return False
        if not delay:
            self._write(OK)
            return True
        self._busy = True
        asyncio.get_running_loop().call_later(delay, self._late)
        return False

    def _late(self) -> None:
        if not self.transport.is_closing():
            self._busy = False
            self._write(OK)
            self._advance()

    def _write(self, reply: bytes) -> None:
        if self.sink.behaviour.drip and not self._busy:
            self._busy = True
            self._drip(reply)
        else:
            self.transport.write(reply)

    def _drip(self, rest: bytes) -> None:
        """One byte now, the next one later; the client is not listened to meanwhile."""
        if self.transport.is_closing():
            return
        self.transport.write(rest[:1])
        if rest[1:]:
            asyncio.get_running_loop().call_later(self.sink.behaviour.drip, self._drip, rest[1:])
        else:
            self._busy = False
            self._advance()


async def serve(sink: Sink, port: int) -> None:
    """Serve on loopback until SIGTERM; says so on stdout once clients may come."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: Connection(sink), "127.0.0.1", port, backlog=200)
    print("ready", flush=True)  # noqa: T201 -- whoever started us waits for it
    await stop.wait()
    server.close()


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--behaviour", type=json.loads, default={}, help="JSON, as for XBEHAVE")
    options = parser.parse_args()
    asyncio.run(serve(Sink(Behaviour(**options.behaviour), options.log), options.port))


if __name__ == "__main__":
    main()

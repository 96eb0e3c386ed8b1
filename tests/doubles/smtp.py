"""A real SMTP server that behaves as badly as a test asks for."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


@dataclass
class Behaviour:
    """What the server does with mail to an address; everything else is accepted."""

    delay: float = 0.0
    """Seconds between the end of a message and the reply to it."""
    refuse: dict[str, str] = field(default_factory=dict)
    """address → reply to RCPT, e.g. ``"550 5.1.1 unknown"``."""
    drop_after_data: set[str] = field(default_factory=set)
    """Addresses whose mail is taken, but whose reply never arrives."""
    reply: dict[str, str] = field(default_factory=dict)
    """address → reply after the message."""
    received: list[tuple[str, bytes]] = field(default_factory=list)
    """(address, message) of all that was taken, in order."""

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse or take one recipient."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """Take the message, then reply, refuse or fall silent."""
        address = envelope.rcpt_tos[0]
        if address in self.reply:
            return self.reply[address]
        self.received.append((address, bytes(envelope.content or b"")))
        await asyncio.sleep(self.delay)
        if address in self.drop_after_data:
            server.transport.abort()
        return "250 2.0.0 OK"

    def counts(self) -> Counter[str]:
        """How often each address was written to."""
        return Counter(address for address, _ in self.received)


class FaultyServer(Controller):
    """The server on a free port of loopback; use it as a context manager."""

    def __init__(self, behaviour: Behaviour, port: int) -> None:
        super().__init__(behaviour, hostname="127.0.0.1", port=port)

    def __enter__(self) -> FaultyServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

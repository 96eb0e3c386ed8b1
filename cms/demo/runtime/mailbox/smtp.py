"""The SMTP side: takes every mail for every address and keeps it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from cms.demo.runtime.mailbox.store import MailStore

MAX_BYTES = 10 * 1024 * 1024
"""Larger mails are refused with 552, as a relay would."""
HOST = "127.0.0.1"


class KeepMail:
    """The handler of aiosmtpd: one mail comes in, one mail is kept."""

    def __init__(self, store: MailStore) -> None:
        self.store = store

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, server: Any, session: Any, envelope: Envelope
    ) -> str:
        """Answer 250 only once the mail is on disk."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = self.store.add(content, envelope.rcpt_tos)
        return f"250 2.0.0 Kept as {mail.id}"


class MailServer(Controller):
    """An SMTP server on loopback that keeps each mail in ``store``; port 0 takes any free port.

    ``start()`` returns when it answers, ``stop()`` when it is gone. ``with`` does both.
    """

    def __init__(self, store: MailStore, port: int = 0, max_bytes: int = MAX_BYTES) -> None:
        self.store = store
        # Bound here and not by asyncio, so that the port is known before the thread runs.
        self._listener = socket.create_server((HOST, port))
        super().__init__(
            KeepMail(store),
            hostname=HOST,
            port=self._listener.getsockname()[1],
            data_size_limit=max_bytes,
            enable_SMTPUTF8=True,
            ident="Antenne mailbox",
        )

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)

    def _trigger_server(self) -> None:
        # aiosmtpd's own way leaves without a word, which the server then takes for a fault.
        with socket.create_connection((HOST, self.port), 5) as connection, contextlib.suppress(OSError):
            connection.recv(512)
            connection.sendall(b"QUIT\r\n")
            connection.recv(512)

    def stop(self, no_assert: bool = False) -> None:
        """End the server and close its port, also where it was never started."""
        if self._thread is None:
            self.loop.close()
        else:
            super().stop(no_assert)
        self._listener.close()

    def __enter__(self) -> MailServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

"""A conversation with one relay: greeting, TLS, login, then one mail after the other."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

from tasks.newsletter.smtp import scripts
from tasks.newsletter.smtp.relays import RelayConfig
from tasks.newsletter.smtp.scripts import Broken, Stage, words
from tasks.newsletter.smtp.wire import Garbled, Reply, Script, Wire

Sent = Callable[[Stage, Reply | None, str], None]
"""Told where a mail ended, the reply that decided, and what went wrong where there is none."""


class Session:
    """One connection. ``open`` it, ``send`` as often as you like, ``close`` it."""

    def __init__(self, relay: RelayConfig, lost: Callable[[], None] = lambda: None) -> None:
        self.relay = relay
        self.extensions: frozenset[str] = frozenset()
        self._wire = Wire(lost)
        self._reset_first = False

    async def open(self) -> None:
        """Connect and log in, within ``relay.timeout`` seconds in all. Raises ``Broken``."""
        try:
            async with asyncio.timeout(self.relay.timeout):
                await self._connect()
        except (OSError, TimeoutError, ssl.SSLError) as error:
            self._wire.abort()
            raise Broken(Stage.BEFORE, words(error)) from error
        except BaseException:
            self._wire.abort()
            raise

    async def _connect(self) -> None:
        relay = self.relay
        tls = ssl.create_default_context() if relay.security else None
        immediate = tls if relay.security == "tls" else None
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self._wire, relay.host, relay.port, ssl=immediate)
        self.extensions = await self._wire.followed(scripts.greeting(relay.timeout))
        if relay.security == "starttls" and tls:
            await self._start_tls(tls)
        if relay.user:
            await self._wire.followed(scripts.login(relay))

    async def _start_tls(self, context: ssl.SSLContext) -> None:
        await self._wire.followed(scripts.starting_tls(self.relay.timeout))
        if self._wire.has_more:
            # Somebody put words into the clear text that would count as said under TLS.
            raise Garbled("The relay said more than it was asked before TLS began")
        await self._wire.start_tls(context, self.relay.host)
        # What the server offered in clear text may have been forged (RFC 3207 §4.2).
        self.extensions = await self._wire.followed(scripts.hello(self.relay.timeout))

    def send(self, sender: str, recipient: str, message: bytes, sent: Sent) -> None:
        """Hand one mail over and tell ``sent`` what came of it."""
        self._wire.follow(self._mail(sender, recipient, message), partial(self._ended, sent))

    def _mail(self, sender: str, recipient: str, message: bytes) -> Script:
        if "SMTPUTF8" not in self.extensions and scripts.needs_utf8(sender, recipient):
            return Stage.RECIPIENT, scripts.NOT_IN_ASCII, self._reset_first
        if self._reset_first:
            try:
                yield from scripts.resetting(self.relay.timeout)
            except OSError as error:
                raise Broken(Stage.BEFORE, words(error)) from error
        return (
            yield from scripts.delivery(
                sender,
                recipient,
                message,
                pipelining="PIPELINING" in self.extensions,
                seconds=self.relay.timeout,
            )
        )

    def _ended(self, sent: Sent, result: Any, error: BaseException | None) -> None:
        if error is None:
            stage, reply, self._reset_first = result
            sent(stage, reply, "")
            return
        self._wire.abort()
        # What nobody foresaw may have happened after the message as well.
        stage = error.stage if isinstance(error, Broken) else Stage.AFTER
        sent(stage, None, error.detail if isinstance(error, Broken) else repr(error))

    @property
    def is_open(self) -> bool:
        """Whether the connection still stands, as far as anybody can tell."""
        return not self._wire.closed

    def look_at_the_clock(self, now: float) -> None:
        """Give up where the relay has had its time; ``now`` is on the loop's clock."""
        if self._wire.deadline < now:
            self._wire.expire()

    def close(self) -> None:
        """Say goodbye; the connection is gone when ``lost`` was called."""
        self._wire.follow(scripts.goodbye(), lambda reply, error: self._wire.abort())

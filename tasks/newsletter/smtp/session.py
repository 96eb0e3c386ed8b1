"""A conversation with one relay: greeting, TLS, login, then one mail after the other."""

from __future__ import annotations

import asyncio
import base64
import ssl
from enum import Enum

from django.core.mail.utils import DNS_NAME

from tasks.newsletter.smtp.relays import RelayConfig
from tasks.newsletter.smtp.wire import Garbled, Reply, Wire

REFUSAL, GOODBYE, START, UNKNOWN_MECHANISM = 400, 421, 354, 504
# A relay may look into a message before it answers (RFC 5321 §4.5.3.2.6 allows ten minutes; who waits
# that long holds a connection that others need).
FINAL_TIMES = 4


class Stage(Enum):
    """Where a mail was refused or a connection broke."""

    BEFORE = "before"
    """Nothing can have arrived."""
    RECIPIENT = "recipient"
    """The relay refused this one recipient."""
    MESSAGE = "message"
    """Refused after its content."""
    AFTER = "after"
    """Nobody knows whether it arrived."""
    DONE = "done"


class Broken(Exception):
    """The connection cannot be used any more; ``stage`` says what that means for the mail."""

    def __init__(self, stage: Stage, detail: str) -> None:
        super().__init__(detail)
        self.stage = stage
        self.detail = detail


class Session:
    """One connection. ``open`` it, ``send`` as often as you like, ``close`` it."""

    def __init__(self, relay: RelayConfig) -> None:
        self.relay = relay
        self.extensions: dict[str, str] = {}
        self._wire = Wire()
        self._reset_first = False

    async def open(self) -> None:
        """Connect and log in, within ``relay.timeout`` seconds in all. Raises ``Broken``."""
        try:
            async with asyncio.timeout(self.relay.timeout):
                await self._connect()
        except (OSError, TimeoutError, ssl.SSLError) as error:
            self._wire.abort()
            raise Broken(Stage.BEFORE, _words(error)) from error
        except BaseException:
            self._wire.abort()
            raise

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        tls = ssl.create_default_context() if self.relay.security else None
        await loop.create_connection(
            lambda: self._wire,
            self.relay.host,
            self.relay.port,
            ssl=tls if self.relay.security == "tls" else None,
        )
        self._expect(await self._wire.replies(1), "greets with")
        await self._hello()
        if self.relay.security == "starttls" and tls:
            await self._start_tls(tls)
        if self.relay.user:
            await self._login()

    async def _hello(self) -> None:
        self._wire.write(f"EHLO {_own_name()}\r\n".encode("ascii"))
        (reply,) = await self._wire.replies(1)
        if reply.code >= REFUSAL:
            self._wire.write(f"HELO {_own_name()}\r\n".encode("ascii"))
            self._expect(await self._wire.replies(1), "refuses HELO:")
            return
        words = reply.text.upper()
        self.extensions = {
            name: "" for name in ("PIPELINING", "8BITMIME", "SMTPUTF8", "STARTTLS", "AUTH") if name in words
        }

    async def _start_tls(self, context: ssl.SSLContext) -> None:
        self._expect(await self._ask(b"STARTTLS\r\n"), "refuses STARTTLS:")
        if self._wire.has_more:
            # Somebody put words into the clear text that would count as said under TLS.
            raise Garbled("The relay said more than it was asked before TLS began")
        await self._wire.start_tls(context, self.relay.host)
        # What the server offered in clear text may have been forged (RFC 3207 §4.2).
        self.extensions = {}
        await self._hello()

    async def _login(self) -> None:
        secret = f"\0{self.relay.user}\0{self.relay.password}".encode()
        answer = await self._ask(b"AUTH PLAIN " + base64.b64encode(secret) + b"\r\n")
        if answer[0].code == UNKNOWN_MECHANISM:
            answer = await self._login_in_steps()
        self._expect(answer, "refuses our login:")

    async def _login_in_steps(self) -> list[Reply]:
        for line in (b"AUTH LOGIN", _b64(self.relay.user), _b64(self.relay.password)):
            answer = await self._ask(line + b"\r\n")
            if answer[0].code >= REFUSAL:
                break
        return answer

    async def _ask(self, line: bytes) -> list[Reply]:
        self._wire.write(line)
        return await self._wire.replies(1)

    @staticmethod
    def _expect(replies: list[Reply], what: str) -> None:
        (reply,) = replies
        if reply.code >= REFUSAL:
            raise ConnectionRefusedError(f"The relay {what} {reply.code} {reply.text}")

    async def send(self, sender: str, recipient: str, message: bytes) -> tuple[Stage, Reply]:
        """Hand one mail over: where it ended and the reply that decided.

        ``message`` is as it stands on the wire: dot-stuffed, with its final dot. Raises ``Broken``.
        """
        stage = Stage.BEFORE
        try:
            async with asyncio.timeout(self.relay.timeout):
                refused = await self._envelope(sender, recipient)
            if refused:
                return refused
            stage = Stage.AFTER
            async with asyncio.timeout(FINAL_TIMES * self.relay.timeout):
                reply = (await self._ask(message))[0]
        except (OSError, TimeoutError, ssl.SSLError) as error:
            self._wire.abort()
            raise Broken(stage, _words(error)) from error
        return (Stage.MESSAGE if reply.code >= REFUSAL else Stage.DONE), reply

    async def _envelope(self, sender: str, recipient: str) -> tuple[Stage, Reply] | None:
        """Everything before the message; None where it may follow."""
        utf8 = "" if sender.isascii() and recipient.isascii() else " SMTPUTF8"
        lines = [f"MAIL FROM:<{sender}>{utf8}\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n"]
        if self._reset_first:
            self._expect(await self._ask(b"RSET\r\n"), "refuses RSET:")
            self._reset_first = False
        replies = await self._exchange(lines)
        mail = replies[0]
        if mail.code == GOODBYE:
            raise ConnectionResetError(f"{mail.code} {mail.text}")
        refused = next((number for number, reply in enumerate(replies) if reply.code >= REFUSAL), None)
        if refused is None and replies[-1].code == START:
            return None
        self._reset_first = True
        if len(replies) == len(lines) and replies[-1].code == START:
            # The envelope was refused, but the server waits for a message: it gets an empty one,
            # which reaches nobody (RFC 2920 §3.1).
            await self._ask(b".\r\n")
        stages = (Stage.BEFORE, Stage.RECIPIENT, Stage.MESSAGE)
        return stages[-1 if refused is None else refused], replies[-1 if refused is None else refused]

    async def _exchange(self, lines: list[str]) -> list[Reply]:
        """Send commands in one go where the server allows it, else until one is refused."""
        raw = [line.encode() for line in lines]
        if "PIPELINING" in self.extensions:
            self._wire.write(b"".join(raw))
            return await self._wire.replies(len(raw))
        replies: list[Reply] = []
        for line in raw:
            replies += await self._ask(line)
            if replies[-1].code >= REFUSAL:
                break
        return replies

    @property
    def is_open(self) -> bool:
        """Whether the connection still stands, as far as anybody can tell."""
        return not self._wire.closed

    async def close(self) -> None:
        """Say goodbye, if there is still somebody to say it to."""
        if self.is_open:
            try:
                async with asyncio.timeout(1):
                    await self._ask(b"QUIT\r\n")
            except (OSError, TimeoutError):
                pass
        self._wire.abort()


def _own_name() -> str:
    """Our host name, looked up once (RFC 5321 §4.1.3 has the form for hosts without one)."""
    name = DNS_NAME.get_fqdn()
    return name if name.isascii() and "." in name else "[127.0.0.1]"


def _b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "The relay did not answer in time"
    return str(error) or type(error).__name__

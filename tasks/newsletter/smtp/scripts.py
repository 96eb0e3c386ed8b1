"""What is said to a relay, as scripts: greeting, login, one mail, goodbye."""

from __future__ import annotations

import base64
from collections.abc import Generator
from enum import Enum
from functools import cache

from django.core.mail.utils import DNS_NAME

from tasks.newsletter.smtp.relays import RelayConfig
from tasks.newsletter.smtp.wire import Cut, Reply, Script, Step

NOT_IN_ASCII = Reply(553, "5.6.7 The relay takes no addresses outside ASCII")
"""What a relay without SMTPUTF8 would say (RFC 6531 §3.5), were it asked."""
REFUSAL, GOODBYE, START, UNKNOWN_MECHANISM = 400, 421, 354, 504
EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "STARTTLS", "AUTH")
# A relay may look into a message before it answers (RFC 5321 §4.5.3.2.6 allows ten minutes; who waits
# that long holds a connection that others need).
FINAL_TIMES = 4

Replies = Generator[Step, list[Reply], list[Reply]]


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


def greeting(seconds: float) -> Script:
    """Wait for the server to speak first, then introduce ourselves: returns its extensions."""
    _expect((yield Step(b"", 1, seconds)), "greets with")
    return (yield from hello(seconds))


def hello(seconds: float) -> Script:
    """Introduce ourselves: returns the extensions that the server offers and we know."""
    (reply,) = yield Step(f"EHLO {_own_name()}\r\n".encode("ascii"), 1, seconds)
    if reply.code >= REFUSAL:
        _expect((yield Step(f"HELO {_own_name()}\r\n".encode("ascii"), 1, seconds)), "refuses HELO:")
        return frozenset()
    words = reply.text.upper()
    return frozenset(name for name in EXTENSIONS if name in words)


def starting_tls(seconds: float) -> Script:
    """Ask for TLS (RFC 3207)."""
    _expect((yield Step(b"STARTTLS\r\n", 1, seconds)), "refuses STARTTLS:")


def login(relay: RelayConfig) -> Script:
    """Say who we are: AUTH PLAIN, or LOGIN where the server has only that."""
    secret = f"\0{relay.user}\0{relay.password}"
    answer = yield Step(b"AUTH PLAIN " + _b64(secret) + b"\r\n", 1, relay.timeout)
    if answer[0].code == UNKNOWN_MECHANISM:
        lines = [b"AUTH LOGIN\r\n", _b64(relay.user) + b"\r\n", _b64(relay.password) + b"\r\n"]
        answer = (yield from _in_turn(lines, relay.timeout))[-1:]
    _expect(answer, "refuses our login:")


def goodbye() -> Script:
    """End the conversation."""
    yield Step(b"QUIT\r\n", 1, 1.0)


def delivery(sender: str, recipient: str, message: bytes, *, pipelining: bool, seconds: float) -> Script:
    """Hand one mail over: returns where it ended, the reply that decided, and whether RSET must follow.

    ``message`` is as it stands on the wire: dot-stuffed, with its final dot. Raises ``Broken``.
    """
    stage = Stage.BEFORE
    try:
        replies = yield from _envelope(sender, recipient, pipelining, seconds)
        refused = next((number for number, reply in enumerate(replies) if reply.code >= REFUSAL), None)
        if refused is not None or replies[-1].code != START:
            return (yield from _refused(replies, refused, seconds))
        stage = Stage.AFTER
        (reply,) = yield Step(message, 1, FINAL_TIMES * seconds)
    except OSError as error:
        raise Broken(stage, words(error)) from error
    return (Stage.MESSAGE if reply.code >= REFUSAL else Stage.DONE), reply, False


def needs_utf8(sender: str, recipient: str) -> bool:
    """Whether only a relay with SMTPUTF8 (RFC 6531) can take a mail between these two."""
    return not (sender.isascii() and recipient.isascii())


def resetting(seconds: float) -> Script:
    """Forget the envelope that was refused."""
    _expect((yield Step(b"RSET\r\n", 1, seconds)), "refuses RSET:")


def _envelope(sender: str, recipient: str, pipelining: bool, seconds: float) -> Replies:
    """Everything before the message, in one go where the server allows it (RFC 2920)."""
    utf8 = " SMTPUTF8" if needs_utf8(sender, recipient) else ""
    if pipelining:
        lines = f"MAIL FROM:<{sender}>{utf8}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n"
        try:
            return (yield Step(lines.encode(), 3, seconds))
        except Cut as cut:
            # It may refuse and hang up at once: what it said counts.
            if not any(reply.code >= REFUSAL for reply in cut.replies):
                raise
            return cut.replies
    one_by_one = [f"MAIL FROM:<{sender}>{utf8}\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n"]
    return (yield from _in_turn([line.encode() for line in one_by_one], seconds))


def _in_turn(lines: list[bytes], seconds: float) -> Replies:
    """One command after the other, until one is refused."""
    replies: list[Reply] = []
    for line in lines:
        replies += yield Step(line, 1, seconds)
        if replies[-1].code >= REFUSAL:
            break
    return replies


def _refused(replies: list[Reply], refused: int | None, seconds: float) -> Script:
    mail = replies[0]
    if mail.code == GOODBYE:
        raise ConnectionResetError(f"{mail.code} {mail.text}")
    if refused is not None and len(replies) == 3 and replies[-1].code == START:
        # The envelope was refused, but the server waits for a message: it gets an empty one,
        # which reaches nobody (RFC 2920 §3.1).
        yield Step(b".\r\n", 1, seconds)
    decisive = -1 if refused is None else refused
    return (Stage.BEFORE, Stage.RECIPIENT, Stage.MESSAGE)[decisive], replies[decisive], True


def _expect(replies: list[Reply], what: str) -> None:
    (reply,) = replies
    if reply.code >= REFUSAL:
        raise ConnectionRefusedError(f"The relay {what} {reply.code} {reply.text}")


@cache
def _own_name() -> str:
    """Our host name, looked up once (RFC 5321 §4.1.3 has the form for hosts without one)."""
    name = DNS_NAME.get_fqdn()
    return name if name.isascii() and "." in name else "[127.0.0.1]"


def _b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def words(error: BaseException) -> str:
    """What went wrong, for the ledger."""
    if isinstance(error, TimeoutError):
        return "The relay did not answer in time"
    return str(error) or type(error).__name__

"""Handing mails to the relay, one at a time over one connection.

Written on smtplib's single commands because the outcome depends on where a connection breaks:
before the message nothing can have arrived, after its final dot nobody knows (RFC 1047).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from types import TracebackType
from typing import Self

from django.conf import settings

from tasks.ledger.outcomes import Outcome, failed, refused_for_now, sent, unknown

REFUSAL, GOODBYE, FINAL = 400, 421, 500
BROKEN = (OSError, smtplib.SMTPException)


class _Refused(Exception):
    """The server said no to one command."""

    def __init__(self, code: int, outcome: Outcome) -> None:
        super().__init__(code)
        self.code = code
        self.outcome = outcome


class RelayDown(Exception):
    """The relay cannot be used at all now: unreachable, or it refuses our login."""


class Relay:
    """A connection to the relay of Django's EMAIL_* settings, opened when it is first needed."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._used = False
        """Whether the connection has carried a mail: servers close it after some of them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye, if there is still somebody to say it to."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()
            self._smtp = None

    def open(self) -> smtplib.SMTP:
        """The connection; raises ``RelayDown`` where there is none to be had."""
        if self._smtp is None:
            try:
                self._smtp = _connect()
            except (OSError, smtplib.SMTPException) as error:
                raise RelayDown(str(error)) from error
        return self._smtp

    def send(self, sender: str, recipient: str, message: bytes, attempts: int) -> Outcome:
        """Send one message (CRLF lines) and say what came of it.

        Raises ``RelayDown`` where the relay is gone and ``message`` certainly did not arrive.
        """
        used = self._used
        smtp = self.open()
        try:
            refusal = self._envelope(smtp, sender, recipient, attempts)
        except RelayDown:
            if not used:
                raise
            return self.send(sender, recipient, message, attempts)
        self._used = True
        return refusal or self._hand_over(smtp, message, attempts)

    def _envelope(self, smtp: smtplib.SMTP, sender: str, recipient: str, attempts: int) -> Outcome | None:
        """Everything before the message; what came of it, or None where the message may follow.

        Raises ``RelayDown`` where the connection breaks or the server says goodbye (421) to us and
        not to this recipient.
        """
        try:
            self._ask(smtp.mail(sender), attempts)
        except _Refused as refused:
            if refused.code == GOODBYE:
                self._drop()
                raise RelayDown(refused.outcome.detail) from refused
            return self._reset(refused)
        except BROKEN as error:
            self._drop()
            raise RelayDown(str(error)) from error
        try:
            self._ask(smtp.rcpt(recipient), attempts)
            self._ask(smtp.docmd("DATA"), attempts)
        except _Refused as refused:
            return self._reset(refused)
        except BROKEN as error:
            self._drop()
            raise RelayDown(str(error)) from error
        return None

    def _ask(self, answer: tuple[int, bytes], attempts: int) -> None:
        code, reply = answer
        if code >= REFUSAL:
            raise _Refused(code, _refusal(code, reply, attempts))

    def _reset(self, refused: _Refused) -> Outcome:
        """The refusal, with the connection ready for the next mail or dropped."""
        try:
            if refused.code == GOODBYE or not self._smtp or self._smtp.rset()[0] >= REFUSAL:
                self._drop()
        except BROKEN:
            self._drop()
        return refused.outcome

    def _hand_over(self, smtp: smtplib.SMTP, message: bytes, attempts: int) -> Outcome:
        """From here on a broken connection leaves the outcome unknown."""
        try:
            smtp.send(dot_stuffed(message))
            code, reply = smtp.getreply()
        except BROKEN as error:
            self._drop()
            return unknown(str(error) or type(error).__name__)
        if code >= REFUSAL:
            return _refusal(code, reply, attempts)
        return sent(str(code), _text(reply))

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None
            self._used = False


def _connect() -> smtplib.SMTP:
    host, port, timeout = settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT
    smtp: smtplib.SMTP
    if settings.EMAIL_USE_SSL:
        smtp = smtplib.SMTP_SSL(host, port, timeout=timeout, context=ssl.create_default_context())
    else:
        smtp = smtplib.SMTP(host, port, timeout=timeout)
    try:
        if settings.EMAIL_USE_TLS:
            smtp.starttls(context=ssl.create_default_context())
        if settings.EMAIL_HOST_USER:
            smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _refusal(code: int, reply: bytes, attempts: int) -> Outcome:
    """4xx is a “not now”, 5xx a “no” (RFC 5321 §4.2.1)."""
    if code < FINAL:
        return refused_for_now(attempts, str(code), _text(reply))
    return failed(str(code), _text(reply))


def dot_stuffed(message: bytes) -> bytes:
    """``message`` as it stands on the wire: leading dots doubled, closed by a dot (RFC 5321 §4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", message)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _text(reply: bytes) -> str:
    return reply.decode("utf-8", "replace")

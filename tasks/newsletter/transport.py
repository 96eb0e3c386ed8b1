"""Handing mails to the relay, one at a time over one connection.

Written on smtplib's single commands because the outcome depends on where a connection breaks:
before the message nothing can have arrived, after its final dot nobody knows (RFC 1047).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from django.conf import settings

from tasks.ledger.outcomes import Outcome, failed, line_is_down, refused_for_now, sent, unknown


class RelayDown(Exception):
    """The relay cannot be used at all now: unreachable, or it refuses our login."""


class Relay:
    """A connection to the relay of Django's EMAIL_* settings, opened when it is first needed."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

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
        smtp = self.open()
        try:
            for code, reply in _envelope(smtp, sender, recipient):
                if code >= 400:
                    smtp.rset()
                    return _refusal(code, reply, attempts)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise RelayDown(str(error)) from error
        return self._hand_over(smtp, message, attempts)

    def _hand_over(self, smtp: smtplib.SMTP, message: bytes, attempts: int) -> Outcome:
        """From here on a broken connection leaves the outcome unknown."""
        try:
            smtp.send(dot_stuffed(message))
            code, reply = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return unknown(str(error) or type(error).__name__)
        if code >= 400:
            return _refusal(code, reply, attempts)
        return sent(str(code), _text(reply))

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


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


def _envelope(smtp: smtplib.SMTP, sender: str, recipient: str) -> Iterator[tuple[int, bytes]]:
    yield smtp.mail(sender)
    yield smtp.rcpt(recipient)
    yield smtp.docmd("DATA")


def _refusal(code: int, reply: bytes, attempts: int) -> Outcome:
    """4xx is a “not now”, 5xx a “no” (RFC 5321 §4.2.1)."""
    if code == 421:
        return line_is_down(_text(reply))
    if code < 500:
        return refused_for_now(attempts, str(code), _text(reply))
    return failed(str(code), _text(reply))


def dot_stuffed(message: bytes) -> bytes:
    """``message`` as it stands on the wire: leading dots doubled, closed by a dot (RFC 5321 §4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", message)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _text(reply: bytes) -> str:
    return reply.decode("utf-8", "replace")

"""Sending the mails about requests: a row first, and each of them once.

A worker takes a mail by moving the moment at which it is due; one that dies before it has begun to
send gives it back like that. From the first byte on a mail is never sent again by itself: what
happened to it is then known, or said to be unknown.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cms import chores
from partnerships.requests.choices import MailKind, MailState
from partnerships.requests.mails import compose
from partnerships.requests.models import NoticeMail

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
STUCK = timedelta(minutes=10)
ATTEMPTS = 8


def queue(kind: MailKind, key: str, recipient: str, language: str, **about: Any) -> None:
    """Write one mail down; a second one with the same ``key`` is the same mail."""
    mail = NoticeMail(kind=kind, key=f"{kind} {key}", recipient=recipient, language=language, **about)
    NoticeMail.objects.bulk_create([mail], ignore_conflicts=True)
    chores.ring()


def send_due(seconds: float) -> bool:
    """Send for about ``seconds``; True where more is waiting."""
    end = time.monotonic() + seconds
    _tell_stuck()
    while time.monotonic() < end:
        mail = _take()
        if mail is None:
            return False
        _send(mail)
    return True


def _tell_stuck() -> None:
    stuck = NoticeMail.objects.filter(state=MailState.SENDING, begun_at__lt=timezone.now() - STUCK)
    stuck.update(state=MailState.UNKNOWN, reply=_("The worker was interrupted while it was sending."))


def _take() -> NoticeMail | None:
    due = NoticeMail.objects.filter(state=MailState.WAITING, due_at__lte=timezone.now())
    for mail in due.select_related("notice", "message", "watch").order_by("due_at", "pk")[:20]:
        mine = NoticeMail.objects.filter(pk=mail.pk, state=MailState.WAITING, due_at=mail.due_at)
        until = timezone.now() + LEASE
        if mine.update(due_at=until, attempts=F("attempts") + 1):
            mail.due_at, mail.attempts = until, mail.attempts + 1
            return mail
    return None


def _send(mail: NoticeMail) -> None:
    try:
        message = compose(mail)
    except Exception:  # one mail that cannot be made must not keep the others waiting
        logger.exception("Mail %s about a request cannot be made", mail.pk)
        _later(mail, _("The mail could not be made; the log says why."))
        return
    if message is None:
        _end(mail, MailState.REFUSED, _("No longer wanted."))
        return
    _hand_over(mail, message)


def _hand_over(mail: NoticeMail, message: EmailMultiAlternatives) -> None:
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        _later(mail, str(error))
        return
    mine = NoticeMail.objects.filter(pk=mail.pk, state=MailState.WAITING, due_at=mail.due_at)
    if mine.update(state=MailState.SENDING, begun_at=timezone.now()):
        _judge(mail, connection, message)
    with suppress(OSError, SMTPException):
        connection.close()


def _judge(mail: NoticeMail, connection: Any, message: EmailMultiAlternatives) -> None:
    try:
        connection.send_messages([message])
    except (SMTPRecipientsRefused, SMTPResponseException) as error:
        code, said = _reply(error)
        if code >= 500:
            _end(mail, MailState.REFUSED, f"{code} {said}")
        else:
            _later(mail, f"{code} {said}")
    except Exception as error:  # noqa: BLE001 -- it may have arrived, whatever went wrong
        _end(mail, MailState.UNKNOWN, repr(error))
    else:
        _end(mail, MailState.SENT, "")


def _reply(error: SMTPRecipientsRefused | SMTPResponseException) -> tuple[int, str]:
    code: int
    said: bytes | str
    if isinstance(error, SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    else:
        code, said = error.smtp_code, error.smtp_error
    return code, said.decode(errors="replace") if isinstance(said, bytes) else said


def _later(mail: NoticeMail, reply: str) -> None:
    if mail.attempts >= ATTEMPTS:
        _end(mail, MailState.REFUSED, reply)
        return
    wait = timedelta(minutes=min(60, 2 ** (mail.attempts - 1)))
    due = timezone.now() + wait
    NoticeMail.objects.filter(pk=mail.pk).update(state=MailState.WAITING, due_at=due, reply=reply[:200])


def _end(mail: NoticeMail, state: MailState, reply: str) -> None:
    sent = timezone.now() if state == MailState.SENT else None
    NoticeMail.objects.filter(pk=mail.pk).update(state=state, sent_at=sent, reply=reply[:200])

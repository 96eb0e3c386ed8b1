"""One turn: read what waits in the mailbox, store it, then delete it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError

from tasks.newsletter.returns.mailbox import state
from tasks.newsletter.returns.mailbox.config import MailboxConfig, configured_mailbox
from tasks.newsletter.returns.mailbox.session import Mail, Session, opened
from tasks.newsletter.returns.mailbox.state import Turn
from tasks.newsletter.returns.mailbox.trouble import MailboxFault
from tasks.newsletter.returns.reading import Handled, foresee, handle

logger = logging.getLogger(__name__)

MAILS = 500
"""Most mails of one turn."""
GRACE = 15.0
"""Seconds beyond those of the turn after which the connection is cut, whatever the other side does."""


def take_turn(config: MailboxConfig, seconds: float) -> Turn:
    """Read the mailbox for about ``seconds``. Raises ``MailboxFault`` where it cannot be read.

    One reader at a time. Database errors end the turn; what was not stored stays in the mailbox.
    """
    worker = state.take(config, seconds + GRACE)
    if not worker:
        return Turn(busy=True)
    turn = Turn()
    try:
        with opened(config, seconds + GRACE) as session:
            _read(session, turn, seconds)
    except MailboxFault as fault:
        state.give_back(worker, turn, fault)
        raise
    except BaseException:
        state.release(worker)
        raise
    state.give_back(worker, turn)
    return turn


def rehearse(config: MailboxConfig, seconds: float) -> Turn:
    """What a turn would find, with nothing stored, marked or deleted."""
    turn = Turn()
    with opened(config, seconds + GRACE) as session:
        for mail in _mails(session, turn, seconds):
            _is_done_with(mail, foresee, turn)
    return turn


def read_for(seconds: float) -> bool:
    """Take a turn, as workers do: trouble is written down and logged. True where more is waiting."""
    try:
        config = configured_mailbox()
        return take_turn(config, seconds).more if config else False
    except (ImproperlyConfigured, MailboxFault) as error:
        logger.error("Bounces cannot be read: %s", error)
        return False


def read_if_due(seconds: float) -> bool:
    """The same where nobody has taken a turn for ``state.EVERY``: beside beat there is nothing to do."""
    return state.is_due() and read_for(seconds)


def _read(session: Session, turn: Turn, seconds: float) -> None:
    for mail in _mails(session, turn, seconds):
        # Committed when this returns; only then may the mail go.
        if _is_done_with(mail, handle, turn):
            session.delete(mail.uid)
        else:
            session.leave(mail.uid)
    session.tidy()


def _mails(session: Session, turn: Turn, seconds: float) -> Iterator[Mail]:
    until = time.monotonic() + seconds
    for done, uid in enumerate(session.waiting(MAILS)):
        if done == MAILS or time.monotonic() >= until:
            turn.more = True
            return
        if mail := session.fetch(uid):
            yield mail


def _is_done_with(mail: Mail, judge: Callable[[bytes], Handled], turn: Turn) -> bool:
    try:
        outcome = judge(mail.raw)
    except (SoftTimeLimitExceeded, OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("The mail %d in the bounce mailbox cannot be read; it stays there", mail.uid)
        turn.failed += 1
        return False
    turn.handled[outcome] += 1
    return outcome != Handled.OTHER

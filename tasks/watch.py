"""A stand-by that needs no broker: it does what is due in its own time, for as long as it lives."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from tasks import outbox

logger = logging.getLogger(__name__)

# How long one turn sends before it looks around again (seconds).
TURN_SECONDS = 5.0


class Stop:
    """Set by SIGTERM or SIGINT, so that the mail that is being sent may end."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()

    def within(self, seconds: float) -> bool:
        """Wait; True as soon as the end is asked for."""
        return self._asked.wait(seconds)


def watch(stop: Stop) -> int:
    """Drain the outbox every ANTENNE_SWEEP_SECONDS until ``stop``; returns how often.

    Beside working workers it finds nothing to do. When the broker is gone, it is what keeps the
    promise that a mail is out within half a minute. A database that is away is waited for.
    """
    turns = 0
    while not stop.within(0):
        close_old_connections()
        try:
            more = outbox.drain(TURN_SECONDS)
        except DatabaseError:
            logger.exception("The database cannot be used")
            more = False
        turns += 1
        if stop.within(0 if more else settings.ANTENNE_SWEEP_SECONDS):
            break
    return turns

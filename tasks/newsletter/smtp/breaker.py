"""A relay that fails is left alone for a while, and for longer each time."""

from __future__ import annotations

import time

FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0


class Breaker:
    """How a relay is. ``is_open`` means: do not try now."""

    def __init__(self, failures: int = 0, wait: float = 0.0, error: str = "") -> None:
        self.failures = failures
        self.error = error
        self.smtputf8 = False
        self.is_proven = False
        """Whether a connection was opened since the last failure."""
        self.changed = False
        """Whether others should hear of it (``routes.save``)."""
        self._until = time.monotonic() + wait

    @property
    def is_open(self) -> bool:
        """Whether the relay is to be left alone now."""
        return self.remaining > 0

    @property
    def remaining(self) -> float:
        """Seconds until it is tried again."""
        return max(0.0, self._until - time.monotonic())

    def failed(self, error: str) -> None:
        """Leave it alone; several connections that fail together count as one failure."""
        self.error = error
        self.is_proven = False
        if not self.is_open:
            self.failures += 1
            self._until = time.monotonic() + min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self.failures - 1))
        self.changed = True

    def worked(self, *, smtputf8: bool) -> None:
        """A connection was opened."""
        self.changed = self.changed or bool(self.failures) or smtputf8 != self.smtputf8
        self.smtputf8 = smtputf8
        self.is_proven = True
        self.failures, self._until, self.error = 0, 0.0, ""

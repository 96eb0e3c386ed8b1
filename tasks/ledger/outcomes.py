"""What came of one attempt."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tasks.ledger.models import State

# Waiting times after the first, second… temporary refusal; after the last one the row has failed.
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
DETAIL_LENGTH = 500


@dataclass(frozen=True)
class Outcome:
    """The state to record, with the other side's own words and any further columns."""

    state: State
    code: str = ""
    detail: str = ""
    next_try_at: datetime | None = None
    counts: bool = True
    """Whether this was an attempt of this row, and not a fault of the line to the other side."""
    columns: dict[str, Any] = field(default_factory=dict)


def clean(text: str, length: int) -> str:
    """The other side's words, as far as they fit; PostgreSQL takes no NUL in a text."""
    return text.replace("\x00", "")[:length]


def sent(code: str = "", detail: str = "", **columns: Any) -> Outcome:
    """The other side accepted it."""
    return Outcome(State.SENT, code, detail, columns=columns)


def failed(code: str, detail: str) -> Outcome:
    """The other side refused it for good."""
    return Outcome(State.FAILED, code, detail)


def unknown(detail: str) -> Outcome:
    """The other side may have it."""
    return Outcome(State.UNKNOWN, detail=detail)


def suppressed(detail: str) -> Outcome:
    """We decided not to send it."""
    return Outcome(State.SUPPRESSED, detail=detail)


def refused_for_now(
    attempts: int,
    code: str,
    detail: str,
    after: float | None = None,
    backoff: tuple[timedelta, ...] = BACKOFF,
) -> Outcome:
    """A temporary refusal: try again after ``after`` seconds or a growing, jittered wait."""
    if attempts >= len(backoff):
        return failed(code, detail)
    wait = timedelta(seconds=after) if after else backoff[attempts] * random.uniform(0.8, 1.2)  # noqa: S311
    return Outcome(State.DEFERRED, code, detail, next_try_at=timezone.now() + wait)


def not_yet(detail: str, seconds: float, **columns: Any) -> Outcome:
    """Something else has to happen first; this was no attempt."""
    later = timezone.now() + timedelta(seconds=seconds)
    return Outcome(State.DEFERRED, detail=detail, next_try_at=later, counts=False, columns=columns)


def line_is_down(detail: str, seconds: int = 30) -> Outcome:
    """The other side could not be reached at all, so nothing can have arrived."""
    return not_yet(detail, seconds)

"""When an application has to be in, reckoned from today and from the day on which the project begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from enum import IntEnum

from partnerships.funding.choices import DeadlineKind


class State(IntEnum):
    """How things stand, the best first."""

    OPEN = 0
    PASSED = 1
    """A single date has gone by, and nobody has entered another yet."""
    UNKNOWN = 2
    TOO_LATE = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """One deadline as the record has it; what its kind does not need is None."""

    kind: str
    day: date | None = None
    month: int | None = None
    day_of_month: int | None = None
    weeks: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The answer. ``on`` is the last day for sending the application; None where any day will do."""

    state: State
    on: date | None = None


def in_year(year: int, month: int, day: int) -> date:
    """That day of that year; 28 February for the 29th where there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, 28)


def next_due(rules: Iterable[Rule], today: date, begins: date | None = None) -> Due:
    """The best of all deadlines, and of equals the next one. Without any: unknown."""
    found = [_due(rule, today, begins) for rule in rules]
    return min(found, key=lambda due: (due.state, due.on or date.max), default=Due(State.UNKNOWN))


def _due(rule: Rule, today: date, begins: date | None) -> Due:
    if begins is not None and begins < today:
        return Due(State.TOO_LATE)
    if rule.kind == DeadlineKind.ROLLING:
        return Due(State.OPEN)
    if rule.kind == DeadlineKind.BEFORE:
        return _before(rule.weeks or 0, today, begins)
    if rule.kind == DeadlineKind.YEARLY:
        following = next(coming(rule, today), None)
        return _in_time(following, begins) if following else Due(State.UNKNOWN)
    if rule.day is None or rule.day < today:
        return Due(State.PASSED, rule.day)
    return _in_time(rule.day, begins)


def _before(weeks: int, today: date, begins: date | None) -> Due:
    if begins is None:
        return Due(State.OPEN)
    last = begins - timedelta(weeks=weeks)
    return Due(State.OPEN if last >= today else State.TOO_LATE, last)


def _in_time(day: date, begins: date | None) -> Due:
    return Due(State.OPEN if begins is None or day <= begins else State.TOO_LATE, day)


def coming(rule: Rule, today: date, years: int = 2) -> Iterator[date]:
    """The dates from today on that a calendar can hold: the one, or as many as come in ``years``."""
    if rule.kind == DeadlineKind.DATED and rule.day and rule.day >= today:
        yield rule.day
    if rule.kind == DeadlineKind.YEARLY and rule.month and rule.day_of_month:
        first = today.year + (in_year(today.year, rule.month, rule.day_of_month) < today)
        for year in range(first, min(first + years, MAXYEAR + 1)):
            yield in_year(year, rule.month, rule.day_of_month)

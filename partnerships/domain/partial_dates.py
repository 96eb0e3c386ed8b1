"""Dates of which only the year or the month is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

SHAPES = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), "day"),
    (re.compile(r"(\d{4})-(\d{2})"), "month"),
    (re.compile(r"(\d{4})"), "year"),
)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date and how much of it is known (a key of ``Precision``); the rest is 1."""

    value: date
    precision: str


def parse(text: str) -> PartialDate:
    """Read ``1984``, ``1984-03`` or ``1984-03-11``; ValueError for anything else."""
    for shape, precision in SHAPES:
        if match := shape.fullmatch(text):
            year, month, day = (*(int(part) for part in match.groups()), 1, 1)[:3]
            return PartialDate(date(year, month, day), precision)
    raise ValueError(text)


def display(value: date, precision: str) -> str:
    """The known part of the date for readers of the active language."""
    if precision == "year":
        return str(value.year)
    if precision == "month":
        return date_format(value, "F Y")
    return date_format(value, "DATE_FORMAT")


def iso(value: date, precision: str) -> str:
    """The known part of the date as ISO 8601: ``1984``, ``1984-03`` or ``1984-03-11``."""
    return value.isoformat()[: {"year": 4, "month": 7}.get(precision, 10)]

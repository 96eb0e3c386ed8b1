"""Checking a whole file before anything is written. Every fault is named, not only the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.core.exceptions import ValidationError

from partnerships.domain import partial_dates
from partnerships.domain.importing.places import conflicts
from partnerships.domain.importing.reader import Row, Side
from partnerships.domain.importing.report import Problem
from partnerships.domain.importing.sources import parse_sources
from partnerships.domain.reference import department_code
from partnerships.models import Kind, Level, PartnershipSource, Status

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,240}")
QID = re.compile(r"Q[1-9]\d{0,14}")
CODES: dict[tuple[str, str], tuple[re.Pattern[str], str]] = {
    ("DE", Level.DISTRICT): (re.compile(r"\d{3,5}"), "the 3 to 5 digits of a Landkreis"),
    ("DE", Level.REGION): (re.compile(r"\d{2,5}"), "2 to 5 digits"),
    ("DE", Level.ASSOCIATION): (re.compile(r"\d{5,12}"), "5 to 12 digits"),
    ("FR", Level.DISTRICT): (re.compile(r"\d{2,3}|2[AB]"), "a département code such as 76 or 2A"),
    ("FR", Level.REGION): (re.compile(r"\d{2}"), "2 digits"),
    ("FR", Level.ASSOCIATION): (re.compile(r"\d{5,12}"), "5 to 12 digits"),
}
MUNICIPALITY_CODES = {
    "DE": (re.compile(r"\d{8}"), "the 8 digits of an AGS, as text with its leading zero"),
    "FR": (
        re.compile(r"(\d{2}|2[AB])\d{3}"),
        "the 5 characters of an INSEE code, as text with its leading zero",
    ),
}


def check_rows(rows: list[Row]) -> list[Problem]:
    """Everything that is wrong with the rows, by line."""
    problems = [problem for row in rows for problem in _check_row(row)]
    problems += _check_ids(rows)
    if not problems:
        # Only rows that are sound by themselves can be compared.
        problems = [*_check_agreements(rows), *conflicts(rows)]
    return sorted(problems)


def _check_row(row: Row) -> Iterator[Problem]:
    if row.values.get(""):
        yield Problem(row.line, "(after the last)", "has more cells than the header")
    for side in row.sides:
        yield from (Problem(row.line, *fault) for fault in _check_side(side))
    for column, check in ROW_CHECKS.items():
        if row.value(column) and (message := check(row.value(column))):
            yield Problem(row.line, column, message)
    first, second = row.sides
    if first.country == second.country and first.code:
        yield Problem(
            row.line,
            first.code_column,
            f"both places are in {first.country}: it is unclear whose code this is",
        )
    yield from _check_sources(row)


def _check_side(side: Side) -> Iterator[tuple[str, str]]:
    if not side.value("town"):
        yield f"town_{side.letter}", "is empty: name the place"
    elif len(side.value("town")) > 120:
        yield f"town_{side.letter}", "is longer than 120 characters"
    if not re.fullmatch("[A-Z]{2}", side.country):
        yield f"country_{side.letter}", f"must be two capital letters such as DE or FR, not “{side.country}”"
    for name, check in SIDE_CHECKS.items():
        if side.value(name) and (message := check(side.value(name))):
            yield f"{name}_{side.letter}", message
    if bool(side.value("lat")) != bool(side.value("lon")):
        yield f"lat_{side.letter}", "latitude and longitude belong together"
    yield from _check_code(side)


def _check_code(side: Side) -> Iterator[tuple[str, str]]:
    if not side.code:
        return
    level = side.value("level") or Level.MUNICIPALITY
    shape, words = CODES.get((side.country, level)) or MUNICIPALITY_CODES[side.country]
    if not shape.fullmatch(side.code):
        yield side.code_column, f"must be {words}, not “{side.code}”"
    elif side.country == "FR" and len(side.code) == 5:
        department = side.row.get("departement", "")
        if department and department != department_code(side.code):
            yield "departement", f"“{department}” does not fit the INSEE code {side.code}"


def _check_sources(row: Row) -> Iterator[Problem]:
    for url, label in parse_sources(row.value("sources")):
        try:
            PartnershipSource(url=url, label=label).clean_fields(exclude=["partnership", "sort_order"])
        except ValidationError as error:
            yield Problem(row.line, "sources", f"“{url or label}”: {' '.join(error.messages)}")


def _check_ids(rows: list[Row]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for row in rows:
        if identifier := row.value("id"):
            first = seen.setdefault(identifier, row.line)
            if first != row.line:
                yield Problem(row.line, "id", f"“{identifier}” stands already in line {first}")


def _check_agreements(rows: list[Row]) -> Iterator[Problem]:
    first: dict[str, Row] = {}
    for row in rows:
        lead = first.setdefault(row.agreement, row) if row.agreement else row
        for column in ("year_signed", "status", "type"):
            if row.value(column) and lead.value(column) and row.value(column) != lead.value(column):
                yield Problem(
                    row.line,
                    column,
                    f"“{row.value(column)}” differs from “{lead.value(column)}” in line {lead.line}, "
                    "which is the same agreement",
                )


def _key_of(choices: type[Kind] | type[Status] | type[Level]) -> Callable[[str], str]:
    def check(value: str) -> str:
        return "" if value in choices.values else f"“{value}” is none of {', '.join(choices.values)}"

    return check


def _number(low: float, high: float, *, whole: bool = False) -> Callable[[str], str]:
    kind = "a whole number" if whole else "a number"

    def check(value: str) -> str:
        try:
            number = int(value) if whole else float(value)
        except ValueError:
            return f"must be {kind}, not “{value}”"
        return "" if low <= number <= high else f"must lie between {low} and {high}, not {value}"

    return check


def _matches(shape: re.Pattern[str], words: str) -> Callable[[str], str]:
    return lambda value: "" if shape.fullmatch(value) else f"must be {words}, not “{value}”"


def _date(value: str) -> str:
    try:
        partial_dates.parse(value)
    except ValueError:
        return f"must be a date as 1984, 1984-03 or 1984-03-11, not “{value}”"
    return ""


def _at_most(length: int) -> Callable[[str], str]:
    return lambda value: "" if len(value) <= length else f"is longer than {length} characters"


YEAR = _number(1800, 2100, whole=True)
IDENTIFIER = _matches(ID, "letters, digits and hyphens")
ROW_CHECKS: dict[str, Callable[[str], str]] = {
    "id": IDENTIFIER,
    "agreement": IDENTIFIER,
    "year_signed": YEAR,
    "date_signed_a": _date,
    "date_signed_b": _date,
    "status": _key_of(Status),
    "type": _key_of(Kind),
    "association": _at_most(200),
    "kreis": _at_most(80),
}
SIDE_CHECKS: dict[str, Callable[[str], str]] = {
    "level": _key_of(Level),
    "lat": _number(-90, 90),
    "lon": _number(-180, 180),
    "pop": _number(0, 2_000_000_000, whole=True),
    "pop_year": YEAR,
    "pop_source": _at_most(80),
    "qid": _matches(QID, "a Wikidata id such as Q1715"),
}

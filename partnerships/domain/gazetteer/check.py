"""Checking the whole list before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from partnerships.domain.gazetteer.lines import Line, faults
from partnerships.domain.importing.report import Problem


@dataclass
class Checked:
    """Lines per country, and what is wrong with them."""

    lines: dict[str, int] = field(default_factory=dict)
    problems: dict[str, list[Problem]] = field(default_factory=dict)


def check(lines: Iterable[Line]) -> Checked:
    """Look at every line once; only ids and codes are remembered."""
    found, seen, codes = Checked(), dict[str, int](), set[tuple[str, str]]()
    for line in lines:
        country = line.value("country")
        found.lines[country] = found.lines.get(country, 0) + 1
        problems = [*faults(line), *_relations(line, seen, codes)]
        if problems:
            found.problems.setdefault(country, []).extend(problems)
    return found


def _relations(line: Line, seen: dict[str, int], codes: set[tuple[str, str]]) -> Iterator[Problem]:
    """A place stands once, and after what it belongs to."""
    first = seen.setdefault(line.public_id, line.number)
    if first != line.number:
        yield Problem(line.number, "code", f"“{line.public_id}” stands already in line {first}")
    for column in ("parent", "successor"):
        code = line.value(column)
        if code and (line.value("country"), code) not in codes:
            message = f"there is no “{code}” above this line: wholes stand before what belongs to them"
            yield Problem(line.number, column, message)
    if not line.is_part:
        codes.add((line.value("country"), line.value("code")))

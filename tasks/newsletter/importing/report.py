"""What an import did, would do, or stumbled over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tasks.newsletter.importing.lines import Line, Problem
from tasks.newsletter.importing.outcomes import CHANGES, Outcome

MAX_LISTED = 200


@dataclass
class ImportReport:
    """Counts and places. It holds no address, so it may be kept."""

    format: str = ""
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    """Table → field → column."""
    lines: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: list[tuple[str, int, str]] = field(default_factory=list)
    """(table, line, outcome) of the first lines that change nothing."""
    faulty: int = 0
    problems: list[Problem] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    """Tags and attributes that are no topics."""
    written: bool = False
    room: int = MAX_LISTED
    """How many problems are listed; the others are only counted."""

    @property
    def changes(self) -> int:
        """How many lines change something."""
        return sum(self.outcomes[outcome] for outcome in CHANGES)

    def count(self, line: Line, outcome: Outcome) -> None:
        """Note what becomes of a line."""
        self.outcomes[outcome] += 1
        for word in line.ignored:
            if word in self.ignored or len(self.ignored) < MAX_LISTED:
                self.ignored[word] += 1
        if outcome not in CHANGES and len(self.skipped) < MAX_LISTED:
            self.skipped.append((line.table, line.number, outcome.value))

    def refuse(self, problems: list[Problem]) -> None:
        """Note what is wrong with a line."""
        self.faulty += 1
        self.problems += problems[: max(self.room - len(self.problems), 0)]

    def add(self, part: ImportReport) -> None:
        """Add what the next lines came to."""
        self.lines += part.lines
        self.outcomes.update(part.outcomes)
        self.faulty += part.faulty
        self.skipped += part.skipped[: max(MAX_LISTED - len(self.skipped), 0)]
        self.problems += part.problems[: max(self.room - len(self.problems), 0)]
        for word, number in part.ignored.items():
            if word in self.ignored or len(self.ignored) < MAX_LISTED:
                self.ignored[word] += number

    def to_json(self) -> dict[str, Any]:
        """Everything, for machines and for the database."""
        return {
            "format": self.format,
            "columns": self.columns,
            "lines": self.lines,
            "outcomes": {
                outcome.value: self.outcomes[outcome] for outcome in Outcome if self.outcomes[outcome]
            },
            "changes": self.changes,
            "faulty": self.faulty,
            "problems": [
                {"file": p.table, "line": p.line, "column": p.column, "message": p.message}
                for p in self.problems
            ],
            "skipped": [
                {"file": table, "line": line, "reason": reason} for table, line, reason in self.skipped
            ],
            "ignored": dict(self.ignored.most_common(50)),
            "written": self.written,
        }

    @classmethod
    def from_json(cls, said: dict[str, Any], room: int = MAX_LISTED) -> ImportReport:
        """What ``to_json`` was called on, to go on counting."""
        return cls(
            format=said.get("format", ""),
            columns=said.get("columns", {}),
            lines=said.get("lines", 0),
            outcomes=Counter(said.get("outcomes", {})),
            skipped=[(row["file"], row["line"], row["reason"]) for row in said.get("skipped", [])],
            faulty=said.get("faulty", 0),
            problems=[
                Problem(p["file"], p["line"], p["column"], p["message"]) for p in said.get("problems", [])
            ],
            ignored=Counter(said.get("ignored", {})),
            written=said.get("written", False),
            room=room,
        )


def twice(line: Line, column: str, before: tuple[str, int]) -> Problem:
    """The problem of an address that an earlier line has."""
    table, number = before
    said = {"file": table, "line": number}
    message = _("The address is there already, in %(file)s, line %(line)s.") % said
    return Problem(line.table, line.number, column, message)

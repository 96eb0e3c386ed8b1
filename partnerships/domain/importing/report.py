"""What an import says: problems in words, counts of what it did."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


class FileUnreadable(Exception):
    """The file is missing, is no UTF-8 CSV, or lacks columns that every row needs."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of the file; ``line`` counts as an editor does, the header being line 1."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant."""

    code: str
    name: str
    district: str
    region: str

    def __str__(self) -> str:
        return f"{self.code} {self.name} ({self.district or self.region})"


@dataclass(frozen=True, slots=True)
class Question:
    """One doubtful place; ``key`` is line and side, by which an answer is given: “12a”."""

    line: int
    column: str
    key: str
    message: str
    candidates: list[Candidate] = field(default_factory=list)

    def __str__(self) -> str:
        choice = "; ".join(map(str, self.candidates)) or "none of this name is listed"
        return f"line {self.line}, column {self.column}: {self.message}. Which one ({self.key})? {choice}"


@dataclass
class Count:
    """What became of the records of one kind."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass
class ImportReport:
    """The outcome of one import; nothing was written if there are problems or it was a dry run."""

    rows: int = 0
    dry_run: bool = False
    ignored_columns: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    """Rows that were left out, because it is not certain which place they mean."""
    remarks: list[Problem] = field(default_factory=list)
    """What differs between rows and was decided by the first of them."""
    municipalities: Count = field(default_factory=Count)
    partnerships: Count = field(default_factory=Count)
    associations: Count = field(default_factory=Count)
    pages: Count = field(default_factory=Count)

    def to_json(self) -> dict[str, Any]:
        """A dictionary of JSON types."""
        return asdict(self)

"""One line of a file: read, checked, and said in our own terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from tasks.newsletter.addresses import address_hash, address_key, normalized
from tasks.newsletter.importing import columns, values
from tasks.newsletter.importing.cells import restored
from tasks.newsletter.importing.formats import STRICTNESS, Format, There, of_table
from tasks.newsletter.importing.reading import Row, Table
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.importing.values import Vocabulary
from tasks.newsletter.models import Frequency

MAX_CELL = 500


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell. It never quotes an address: reports are kept."""

    table: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = _("%(file)s, line %(line)s") % {"file": self.table, "line": self.line}
        column = _(", column “%(column)s”") % {"column": self.column} if self.column else ""
        return f"{place}{column}: {self.message}"


@dataclass
class Line:
    """One person as the file has them."""

    table: str
    number: int
    email: str = ""
    there: There = There.SUBSCRIBED
    language: str = ""
    topics: list[str] = field(default_factory=list)
    follows: list[str] = field(default_factory=list)
    frequency: str = Frequency.AT_ONCE
    paused_until: date | None = None
    asked_at: datetime | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    told: dict[str, str] = field(default_factory=dict)
    """For the consent record: what the file itself says of where the consent comes from."""
    ignored: list[str] = field(default_factory=list)

    @cached_property
    def key(self) -> str:
        """Equal for the same person."""
        return address_key(self.email)

    @cached_property
    def hash(self) -> str:
        """What the suppression list knows the person by."""
        return address_hash(self.key)

    @property
    def wants_mail(self) -> bool:
        """Whether language and topics matter."""
        return STRICTNESS[self.there] < STRICTNESS[There.STRANGER]


class LineReader:
    """Reads the lines of one table."""

    def __init__(self, table: Table, kind: Format, words: Vocabulary, settings: ImportSettings) -> None:
        self.table, self.kind, self.words, self.settings = table, kind, words, settings
        self.columns = columns.mapped(kind, table.header, settings.columns)
        self.there = of_table(kind, table.name, table.header)
        # Tags and attributes also serve other ends: what is no topic there is no mistake.
        self.lenient = kind in (Format.MAILCHIMP, Format.LISTMONK) and "topics" not in settings.columns
        self.problems: list[Problem] = []

    def read(self, row: Row) -> Line | None:
        """The person in ``row``; None where ``problems`` says why not."""
        self.problems = []
        line = Line(self.table.name, row.number, there=self.there)
        if len(row.cells) > len(self.table.header):
            self._fault(line, "", _("The line has more cells than the header."))
            return None
        cells = self._cells(line, row)
        self._address(line, cells)
        self._standing(line, cells)
        self._wishes(line, cells)
        self._times(line, cells)
        self._complete(line)
        return None if self.problems else line

    def _cells(self, line: Line, row: Row) -> dict[str, str]:
        cells = dict(self._plain(line, row))
        if text := cells.pop("attributes", ""):
            said = self._try(line, "attributes", text, values.attributes) or {}
            header = tuple(said)
            guessed = columns.mapped(Format.CSV, ("email", *header), {"email": "email"})
            # Only what a person wishes: a “status” or “source” there is somebody's own business.
            for name in ("language", "topics", "frequency"):
                if name in guessed and name not in cells:
                    cells[name] = said[header[guessed[name] - 1]]
        return cells

    def _plain(self, line: Line, row: Row) -> Iterator[tuple[str, str]]:
        for name, index in self.columns.items():
            text = restored(row.cells[index].strip()).strip() if index < len(row.cells) else ""
            if "\0" in text:
                self._fault(line, name, _("The cell has a NUL character."))
            elif len(text) > MAX_CELL and name != "attributes":
                self._fault(
                    line, name, _("The cell has more than %(number)s characters.") % {"number": MAX_CELL}
                )
            elif text:
                yield name, text

    def _address(self, line: Line, cells: dict[str, str]) -> None:
        if any(problem.column == self._column("email") for problem in self.problems):
            return
        try:
            line.email = normalized(cells.get("email", ""))
        except ValidationError as error:
            self._fault(line, "email", str(error.messages[0]))

    def _standing(self, line: Line, cells: dict[str, str]) -> None:
        for name in ("standing", "list_standing"):
            if text := cells.get(name):
                found = self._try(line, name, text, values.standing)
                line.there = max(line.there, found or line.there, key=STRICTNESS.__getitem__)

    def _wishes(self, line: Line, cells: dict[str, str]) -> None:
        for name in ("language", "frequency"):
            if text := cells.get(name):
                setattr(line, name, self._try(line, name, text, getattr(values, name)) or "")
        line.topics, line.ignored = values.topics(cells.get("topics", ""), self.words)
        if line.ignored and not self.lenient:
            said = {"value": values.short(line.ignored[0])}
            self._fault(line, "topics", _("“%(value)s” is no topic.") % said)
        if text := cells.get("follows"):
            line.follows = self._try(line, "follows", text, lambda t: values.follows(t, self.words)) or []

    def _times(self, line: Line, cells: dict[str, str]) -> None:
        for name in ("asked_at", "confirmed_at", "ended_at"):
            if text := cells.get(name):
                setattr(line, name, self._try(line, name, text, values.moment))
        if text := cells.get("paused_until"):
            line.paused_until = self._try(line, "paused_until", text, values.day)
        kept = ("asked_at", "optin_ip", "confirmed_at", "confirm_ip", "source")
        line.told = {name: cells[name] for name in kept if name in cells}

    def _complete(self, line: Line) -> None:
        line.language = line.language or self.settings.language
        line.topics = line.topics or ([] if line.follows else list(self.settings.topics))
        if not line.wants_mail or self.problems:
            return
        if not line.language:
            self._fault(line, "language", _("There is no language, and none is set for such lines."))
        if not line.topics and not line.follows:
            self._fault(line, "topics", _("There is no topic, and none is set for such lines."))

    def _try(self, line: Line, name: str, text: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(text)
        except ValueError as error:
            self._fault(line, name, str(error))
            return None

    def _column(self, name: str) -> str:
        if name not in self.columns:
            return str(columns.FIELDS.get(name, name)) if name else ""
        return self.table.header[self.columns[name]]

    def _fault(self, line: Line, name: str, message: str) -> None:
        self.problems.append(Problem(self.table.name, line.number, self._column(name), message))

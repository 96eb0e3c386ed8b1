"""What the import of municipalities says."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from partnerships.domain.importing.report import Problem


@dataclass
class CountryCount:
    """What became of one country's records; ``kept`` of them hold something that an editor changed."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0


@dataclass
class GazetteerReport:
    """The outcome by country; a country with problems was not written."""

    dry_run: bool = False
    countries: dict[str, CountryCount] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """A dictionary of JSON types."""
        return asdict(self)

"""What an import is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class ImportSettings:
    """How to read a file and what to do with it."""

    consent_source: str
    """Where the people agreed, e.g. a list at a meeting. Goes into every consent record."""
    language: str = ""
    """Of those whose line has none."""
    topics: tuple[str, ...] = ()
    """Of those whose line has none."""
    format: str = ""
    """A ``Format``; found out where it is empty."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field → name of its column, where the guess is wrong."""
    agreed_on: date | None = None
    """When those agreed whose line has no time."""
    confirm: bool = False
    """Ask everybody by mail first, instead of taking them as confirmed."""
    skip_errors: bool = False
    """Take over the good lines of a file with bad ones."""
    dry_run: bool = False

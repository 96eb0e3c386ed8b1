"""What both writers of the import share: comparing, counting, chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model

from partnerships.domain.importing.report import Count, Problem

BATCH = 500
T = TypeVar("T")


class Refused(Exception):
    """The database holds something that the file contradicts; everything is rolled back."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def amend(record: Model, fields: dict[str, Any]) -> list[str]:
    """Set what differs, without saving it; the names of what did."""
    changed = [name for name, value in fields.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, fields[name])
    return changed


def update(record: Model, fields: dict[str, Any]) -> bool:
    """Save what differs; whether anything did."""
    changed = amend(record, fields)
    if changed:
        record.save()
    return bool(changed)


def tally(count: Count, changed: bool) -> None:
    """Count a record that was there before."""
    if changed:
        count.updated += 1
    else:
        count.unchanged += 1


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts that fit into one query's list of parameters."""
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))

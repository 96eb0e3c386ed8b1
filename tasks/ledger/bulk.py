"""Inserting very many rows in few and cheap statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, router
from django.db.models import CharField, Field, ForeignKey, IntegerField, Model, TextField

PLAIN: dict[type, tuple[type[Field[Any, Any]], ...]] = {
    str: (CharField, TextField),
    int: (IntegerField, ForeignKey),
}


def insert(rows: Sequence[Model]) -> None:
    """Insert ``rows`` of one model; their keys are not read back.

    ``bulk_create`` composes a new statement for every few rows (SQLite takes 999 values at most),
    which for a list of 100,000 people costs more than all the rest. Here one statement serves all.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    connection = connections[router.db_for_write(type(rows[0]))]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    # Only names of our own tables and columns are put into the statement.
    statement = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
    values = [[_saved(field, getattr(row, field.attname), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _saved(field: Field[Any, Any], value: Any, connection: Any) -> Any:
    """``value`` as the database takes it. Most of it is text or a number and needs no preparing."""
    if value is None or isinstance(field, PLAIN.get(type(value), ())):
        return value
    return field.get_db_prep_save(value, connection)

"""Counting how often something happened within a window of time, without losing any."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, models


def add_one(table: type[models.Model], key: str, window: datetime) -> int:
    """Add one to the count of ``key`` and return it, in one statement.

    ``table`` has the columns ``key``, ``window`` and ``count``, the first two unique together.
    """
    name = connection.ops.quote_name(table._meta.db_table)
    stored = models.DateTimeField().get_db_prep_value(window, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {name} (key, "window", count) VALUES (%s, %s, 1)'  # noqa: S608 -- our own table
            f' ON CONFLICT (key, "window") DO UPDATE SET count = {name}.count + 1 RETURNING count',
            [key, stored],
        )
        return int(cursor.fetchone()[0])

"""New keys for secrets at rest: every encrypted column is written again with the first key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction

from cms.crypto import EncryptedJSONField, EncryptedTextField, Undecipherable, UndecipherableSecrets


@dataclass
class Rotated:
    """How many rows are encrypted with the first key now, and where no key fits."""

    rows: int
    unreadable: list[str]


def rotate_keys() -> Rotated:
    """Encrypt every secret anew. What no key fits stays as it is, and is named."""
    done = Rotated(0, [])
    for model, columns in encrypted_columns():
        for pk in model._default_manager.order_by("pk").values_list("pk", flat=True):
            _rotate(model, pk, columns, done)
    return done


def encrypted_columns() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every model with encrypted columns, whoever's it is."""
    for model in apps.get_models():
        kinds = (EncryptedTextField, EncryptedJSONField)
        if columns := [field.attname for field in model._meta.local_fields if isinstance(field, kinds)]:
            yield model, columns


def _rotate(model: type[models.Model], pk: object, columns: list[str], done: Rotated) -> None:
    # Row by row: a worker that keeps a new session at the same time must not lose it.
    with transaction.atomic():
        row = model._default_manager.select_for_update().filter(pk=pk).first()
        if row is None:
            return
        for column in columns:
            if isinstance(getattr(row, column), Undecipherable | UndecipherableSecrets):
                done.unreadable.append(f"{model._meta.label} {pk}: {column}")
        row.save(update_fields=columns)
        done.rows += 1

"""Which state the directory is in, so that every process knows whether what it remembers still holds."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_token() -> str:
    """One that no state ever had, so that a transaction that is rolled back leaves none behind."""
    return uuid.uuid4().hex


class DirectoryState(models.Model):
    """One row: its token changes in the same transaction as any record that the public may see."""

    KEY = 1
    token = models.CharField(max_length=32, default=new_token)

    class Meta:
        verbose_name = _("state of the directory")
        verbose_name_plural = _("states of the directory")

    def __str__(self) -> str:
        return self.token

    @classmethod
    def touch(cls) -> None:
        """Something changed."""
        token = new_token()
        if not cls.objects.filter(pk=cls.KEY).update(token=token):
            cls.objects.get_or_create(pk=cls.KEY, defaults={"token": token})

    @classmethod
    def now(cls) -> str:
        """The token of what a query after this one will see, or of something older."""
        token = cls.objects.filter(pk=cls.KEY).values_list("token", flat=True).first()
        return token or cls.objects.get_or_create(pk=cls.KEY)[0].token


Row = TypeVar("Row", bound=models.Model)


class NotedQuerySet(models.QuerySet[Row]):
    """Writes many rows at once, of which no signal tells, and notes that as well."""

    def update(self, **values: Any) -> int:
        """As the base class."""
        number = super().update(**values)
        DirectoryState.touch()
        return number

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        """As the base class."""
        rows: list[Any] = super().bulk_create(*args, **kwargs)
        DirectoryState.touch()
        return rows

"""What an editor says of a file: which column is what, and where its people agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tasks.newsletter.importing.archive import FileUnreadable
from tasks.newsletter.importing.columns import FIELDS, guessed, mapped
from tasks.newsletter.importing.formats import Format, recognized
from tasks.newsletter.models.imports import SubscriberImport
from tasks.newsletter.topics import topic_choices


@dataclass(frozen=True)
class Column:
    """One column of the file, by its name in the header."""

    name: str
    samples: list[str]
    guess: str
    """The field it is taken for; empty where it is left out."""


class ColumnsForm(forms.ModelForm):  # type: ignore[type-arg]
    """One choice for each column, and what holds for the whole file."""

    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        choices=topic_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=SubscriberImport._meta.get_field("topics").help_text,
    )

    class Meta:
        model = SubscriberImport
        fields = ("consent_source", "agreed_on", "language", "topics", "confirm")
        widgets = {"agreed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, tables: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tables = tables
        self.fields["consent_source"].required = True
        self.fields["agreed_on"].localize = False
        self.fields["language"].choices = [("", _("none")), *self.fields["language"].choices[1:]]  # type: ignore[attr-defined]
        chosen = _chosen(self.instance.columns, self.found)
        for number, column in enumerate(self.found):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=column.name or gettext("without a name"),
                required=False,
                choices=[("", _("left out")), *FIELDS.items()],
                initial=chosen[number],
            )

    @cached_property
    def found(self) -> list[Column]:
        """The columns of all tables, each once."""
        columns: dict[str, Column] = {}
        for table in self.tables:
            header = tuple(table["header"])
            kind = Format(self.instance.format) if self.instance.format else recognized(header)
            guess = {index: field for field, index in guessed(kind, header).items()}
            for index, name in enumerate(header):
                samples = [
                    line[index] for line in table["lines"] if index < len(line) and line[index].strip()
                ]
                columns.setdefault(name.casefold(), Column(name, samples, guess.get(index, "")))
        return list(columns.values())

    @property
    def rows(self) -> list[tuple[Column, Any]]:
        """Each column with its choice, for the template."""
        return [(column, self[f"column_{number}"]) for number, column in enumerate(self.found)]

    @property
    def settings(self) -> list[Any]:
        """The other fields."""
        return [self[name] for name in self.Meta.fields]

    def clean_agreed_on(self) -> Any:
        """A day that has been."""
        day = self.cleaned_data["agreed_on"]
        if day and day > timezone.localdate():
            raise ValidationError(gettext("This day has yet to come."), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        """Columns as the import is told them: only where the guess is wrong."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        says = [cleaned.get(f"column_{number}", "") for number in range(len(self.found))]
        try:
            self.instance.columns = self._told(says)
            for table in self.tables:
                header = tuple(table["header"])
                kind = Format(self.instance.format) if self.instance.format else recognized(header)
                mapped(kind, header, self.instance.columns)
        except FileUnreadable as error:
            raise ValidationError(str(error), code="columns") from error
        return cleaned

    def _told(self, says: list[str]) -> dict[str, str]:
        told: dict[str, str] = {}
        for field in FIELDS:
            chosen = {column.name for column, said in zip(self.found, says, strict=True) if said == field}
            if chosen == {column.name for column in self.found if column.guess == field}:
                continue
            if len(chosen) > 1:
                raise ValidationError(
                    gettext("“%(field)s” is chosen for several columns: %(columns)s"),
                    params={"field": FIELDS[field], "columns": ", ".join(sorted(chosen))},
                    code="twice",
                )
            told[field] = next(iter(chosen), "")
        return told


def _chosen(told: dict[str, str], columns: list[Column]) -> list[str]:
    """What each column was said to be before, or is guessed to be."""
    by_name = {name: field for field, name in told.items() if name}
    return [by_name.get(column.name) or ("" if column.guess in told else column.guess) for column in columns]

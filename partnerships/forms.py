"""The search form of the directory."""

from __future__ import annotations

from itertools import groupby
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.domain.directory import UNKNOWN, Filters, areas, decades
from partnerships.domain.presentation import country_name
from partnerships.models import Kind, Status


class DirectoryForm(forms.Form):
    """A GET form. Values that do not exist are ignored, so that old links keep working."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    area = forms.ChoiceField(label=gettext_lazy("District or department"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    decade = forms.ChoiceField(label=gettext_lazy("Signed"), required=False)
    sort = forms.ChoiceField(label=gettext_lazy("Order"), required=False)

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query, auto_id="directory-%s", use_required_attribute=False, label_suffix="")
        anything = ("", _("all"))
        self._choose("area", [anything, *_area_choices()])
        self._choose("kind", [anything, *Kind.choices])
        self._choose("status", [anything, *Status.choices])
        self._choose("decade", [anything, *((decade, _decade_label(decade)) for decade in decades())])
        names = (("name", _("by name")), ("oldest", _("oldest first")), ("newest", _("newest first")))
        self._choose("sort", list(names))

    def _choose(self, name: str, choices: list[Any]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def filters(self) -> Filters:
        """The valid part of what was asked for."""
        self.is_valid()
        return Filters(**{name: value for name, value in self.cleaned_data.items() if value})


def _area_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    by_country = groupby(areas(), key=lambda area: area[0])
    return [
        (country_name(country), [(f"{code}:{district}", district) for code, district in found])
        for country, found in by_country
    ]


def _decade_label(decade: str) -> str:
    if decade == UNKNOWN:
        return _("year unknown")
    return _("%(first)s to %(last)s") % {"first": decade, "last": int(decade) + 9}

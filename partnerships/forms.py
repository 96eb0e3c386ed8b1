"""The search form of the directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.domain.directory import spot
from partnerships.domain.index.filters import FACETS, SORTS, UNKNOWN, Filters
from partnerships.domain.index.search import Found, Index
from partnerships.domain.presentation import country_name
from partnerships.models import Kind, Status, Topic
from partnerships.requests.finding import partnerships_with_open_requests
from partnerships.widgets import PlainSelect

RADII = (10, 25, 50, 100, 200)
MOST_AREAS = 120
"""A longer list is of no use to anybody, and half of a page's bytes."""


class FacetField(forms.CharField):
    """One of the values that there are; anything else is ignored, so that old links keep working."""

    widget = PlainSelect

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False)
        self.known: Mapping[str, Any] = {}

    def to_python(self, value: Any) -> str:
        """Empty for a value that there is not."""
        text = str(super().to_python(value) or "")
        return text if text in self.known else ""

    def offer(self, choices: list[Any]) -> None:
        """What the reader sees; not normalised by Django, which takes long for hundreds."""
        cast("PlainSelect", self.widget).choices = choices


class DirectoryForm(forms.Form):
    """A GET form. Choices that do not exist are ignored, so that old links keep working.

    A number or place that makes no sense is an error at its field, and ignored as well.
    """

    MORE: ClassVar[tuple[str, ...]] = (
        *("country", "region", "topic", "signed_from", "signed_to"),
        *("population_from", "population_to", "near", "km", "has_request"),
    )
    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    area = FacetField(gettext_lazy("District or department"))
    kind = FacetField(gettext_lazy("Kind"))
    status = FacetField(gettext_lazy("Status"))
    decade = FacetField(gettext_lazy("Signed"))
    sort = FacetField(gettext_lazy("Order"))
    country = FacetField(gettext_lazy("Country"))
    region = FacetField(gettext_lazy("Region"))
    topic = FacetField(gettext_lazy("Topic"))
    signed_from = forms.IntegerField(
        label=gettext_lazy("Signed from"), required=False, min_value=1800, max_value=2100
    )
    signed_to = forms.IntegerField(
        label=gettext_lazy("Signed until"), required=False, min_value=1800, max_value=2100
    )
    population_from = forms.IntegerField(
        label=gettext_lazy("Inhabitants from"), required=False, min_value=0, max_value=99_999_999
    )
    population_to = forms.IntegerField(
        label=gettext_lazy("Inhabitants up to"), required=False, min_value=0, max_value=99_999_999
    )
    near = forms.CharField(label=gettext_lazy("Near the place"), required=False, max_length=120)
    km = forms.TypedChoiceField(
        label=gettext_lazy("Within"),
        required=False,
        coerce=int,
        empty_value=None,
        initial=50,
        choices=[("", "–"), *((radius, f"{radius}\N{NO-BREAK SPACE}km") for radius in RADII)],
        widget=PlainSelect,
    )

    has_request = forms.BooleanField(label=gettext_lazy("With an open request or offer"), required=False)

    def __init__(self, query: QueryDict, index: Index) -> None:
        super().__init__(query, auto_id="directory-%s", use_required_attribute=False, label_suffix="")
        self._labels = _labels(index)
        for name in FACETS:
            self._facet(name).known = self._labels[name]
        orders = dict(zip(SORTS, _sort_names(), strict=True))
        self._facet("sort").known = orders
        self._facet("sort").offer(list(orders.items()))

    def _facet(self, name: str) -> FacetField:
        return cast("FacetField", self.fields[name])

    @staticmethod
    def _grouped(name: str, labels: dict[str, str]) -> list[Any]:
        if name not in ("area", "region"):
            return list(labels.items())
        by_country = groupby(labels.items(), key=lambda item: item[0].partition(":")[0])
        return [(country_name(country), list(found)) for country, found in by_country]

    def clean_near(self) -> Any:
        """The place with its position."""
        wanted = self.cleaned_data["near"]
        found = spot(wanted)
        if wanted.strip() and found is None:
            raise ValidationError(_("No place of this name has a position here."))
        return found

    def clean(self) -> dict[str, Any]:
        """Nothing lies between the larger and the smaller number."""
        cleaned = super().clean() or {}
        for name in ("signed", "population"):
            low, high = (cleaned.get(f"{name}_{end}") for end in ("from", "to"))
            if low is not None and high is not None and low > high:
                self.add_error(f"{name}_to", _("This is less than the number before it."))
        return cleaned

    def filters(self) -> Filters:
        """The valid part of what was asked for."""
        self.is_valid()
        known = {name: value for name, value in self.cleaned_data.items() if value not in ("", None, False)}
        if known.pop("has_request", False):
            known["among"] = partnerships_with_open_requests()
        near = known.pop("near", None)
        if near is None:
            known.pop("km", None)
        else:
            known.setdefault("km", 50)
        return Filters(**known, spot=near)

    def count(self, found: Found) -> None:
        """Say behind every choice how many there would be; leave out what leads nowhere."""
        for name in FACETS:
            counts, chosen = found.facets[name], getattr(found.filters, name)
            labels = {
                value: f"{label} ({counts.get(value, 0)})"
                for value, label in self._labels[name].items()
                if counts.get(value) or value == chosen
            }
            if name == "area" and len(labels) > MOST_AREAS:
                labels = {value: label for value, label in labels.items() if value == chosen}
                self[name].help_text = _("Choose a region, and its districts can be chosen here.")
            self._facet(name).offer([("", _("all")), *self._grouped(name, labels)])

    def main_fields(self) -> Iterator[Any]:
        """Those that are always seen."""
        return (self[name] for name in self.fields if name not in self.MORE)

    def more_fields(self) -> Iterator[Any]:
        """Those that are seldom needed."""
        return (self[name] for name in self.MORE)

    @property
    def has_more(self) -> bool:
        """Whether one of these is in use, or wrong."""
        return any(self.cleaned_data.get(name) or name in self.errors for name in self.MORE if name != "km")

    def chips(self, filters: Filters) -> Iterator[tuple[str, str]]:
        """(name of the parameter, what it says) of everything that is in use."""
        for name in self.fields:
            value = self.cleaned_data.get(name)
            is_idle = name == "sort" or (name == "km" and filters.spot is None)
            if value not in (None, "", False) and not is_idle:
                yield name, self._said(name, value)

    def _said(self, name: str, value: Any) -> str:
        label = self.fields[name].label
        if value is True:
            return str(label)
        if name == "near":
            value = value.name
        elif name in FACETS:
            value = self._labels[name].get(value, value)
        elif name == "km":
            value = f"{value}\N{NO-BREAK SPACE}km"
        return f"{label}: {value}"


def _labels(index: Index) -> dict[str, dict[str, str]]:
    """Facet → value → what it is called, of all that there are."""
    kinds, states = dict(Kind.choices), dict(Status.choices)
    topics = {topic.key: topic.label() for topic in Topic.objects.all()}
    names: dict[str, Any] = {
        "country": country_name,
        "region": lambda value: value.partition(":")[2],
        "area": lambda value: value.partition(":")[2],
        "kind": lambda value: str(kinds.get(value, value)),
        "status": lambda value: str(states.get(value, value)),
        "topic": lambda value: topics.get(value, value),
        "decade": _decade_label,
    }
    return {facet: {value: name(value) for value in index.values(facet)} for facet, name in names.items()}


def _sort_names() -> tuple[str, ...]:
    return (_("by name"), _("oldest first"), _("newest first"), _("largest place first"), _("nearest first"))


def _decade_label(decade: str) -> str:
    if decade == UNKNOWN:
        return _("year unknown")
    return _("%(first)s to %(last)s") % {"first": decade, "last": int(decade) + 9}

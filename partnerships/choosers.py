"""Choosing a municipality or a partnership in the admin: a list with search, not a long menu."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from partnerships.domain.text import tokens
from partnerships.models import Municipality, Partnership


class FoldedSearchForm(BaseFilterForm):
    """The search of the public directory: accents and umlauts do not matter."""

    q = forms.CharField(label=_("Search"), required=False, widget=forms.TextInput(attrs={"type": "search"}))

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        """Records that hold every word."""
        objects = super().filter(objects)
        for token in tokens(self.cleaned_data.get("q") or ""):
            objects = objects.filter(search_text__contains=token)
        self.is_searching = bool(self.cleaned_data.get("q"))
        self.search_query = self.cleaned_data.get("q")
        return objects


class MunicipalityColumns:
    """What tells two places of one name apart."""

    filter_form_class = FoldedSearchForm

    @property
    def columns(self) -> list[Column]:
        """Name, district, country, code."""
        more = (
            ("district", _("District or department")),
            ("country", _("Country")),
            ("official_code", _("Code")),
        )
        return [*super().columns, *(Column(name, label=label) for name, label in more)]  # type: ignore[misc]

    def get_object_list(self) -> QuerySet[Municipality]:
        """Wholes at hand: labels of parts name them."""
        return Municipality.objects.select_related("parent", "successor")


class PartnershipColumns:
    """Partnerships by their members."""

    filter_form_class = FoldedSearchForm

    def get_object_list(self) -> QuerySet[Partnership]:
        """Members at hand: they make the title."""
        return Partnership.objects.with_members()


class MunicipalityChooseView(MunicipalityColumns, ChooseView):
    """The dialogue."""


class MunicipalityResultsView(MunicipalityColumns, ChooseResultsView):
    """Its results while one types."""


class PartnershipChooseView(PartnershipColumns, ChooseView):
    """The dialogue."""


class PartnershipResultsView(PartnershipColumns, ChooseResultsView):
    """Its results while one types."""


class MunicipalityChooser(ChooserViewSet):
    """Chooser for every field that refers to a municipality."""

    model = Municipality
    icon = "home"
    choose_one_text = _("Choose a municipality")
    choose_another_text = _("Choose another municipality")
    choose_view_class = MunicipalityChooseView
    choose_results_view_class = MunicipalityResultsView


class PartnershipChooser(ChooserViewSet):
    """Chooser for the page's record."""

    model = Partnership
    icon = "link"
    choose_one_text = _("Choose a partnership")
    choose_another_text = _("Choose another partnership")
    choose_view_class = PartnershipChooseView
    choose_results_view_class = PartnershipResultsView


municipality_chooser = MunicipalityChooser("municipality_chooser", url_prefix="directory/choose-municipality")
partnership_chooser = PartnershipChooser("partnership_chooser", url_prefix="directory/choose-partnership")

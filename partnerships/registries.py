"""The records in the admin: municipalities and partnerships, listed, searched and edited."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, Panel
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.helpers.search import BaseSearchHandler
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup

from partnerships.domain.text import tokens
from partnerships.models import Municipality, Partnership


class FoldedSearch(BaseSearchHandler):
    """The search of the public directory: accents and umlauts do not matter."""

    def search_queryset(self, queryset: QuerySet[Any], search_term: str, **_: Any) -> QuerySet[Any]:
        """Records that hold every word."""
        for token in tokens(search_term):
            queryset = queryset.filter(search_text__contains=token)
        return queryset


class RecordPermissions(PermissionHelper):
    """Listing and exporting need the right to view or change; that to add is not enough."""

    def user_can_list(self, user: AbstractBaseUser) -> bool:
        """Narrower than the package's own rule, by which any right would do."""
        codenames = (self.get_perm_codename(action) for action in ("view", "change"))
        return any(self.user_has_specific_permission(user, codename) for codename in codenames)


class RecordAdmin(ModelAdmin):
    """What both registries share."""

    permission_helper_class = RecordPermissions
    search_handler_class = FoldedSearch
    search_fields = ("search_text",)
    inspect_view_enabled = True
    inspect_view_fields_exclude: ClassVar[list[str]] = ["search_text", "sort_key"]
    list_per_page = 50
    index_view_extra_css: ClassVar[list[str]] = ["partnerships/admin.css"]


class MunicipalityAdmin(RecordAdmin):
    """Municipalities."""

    model = Municipality
    menu_icon = "home"
    menu_order = 200
    list_display = ("name", "district", "country", "official_code", "population")
    list_filter = ("country", "level", "region")
    list_select_related = ("parent", "successor")
    list_export = (
        *("public_id", "country", "level", "code_type", "official_code", "name", "name_de", "name_fr"),
        *("parent", "successor", "district", "region", "lat", "lon"),
        *("population", "population_year", "population_source", "wikidata_qid"),
    )
    ordering = ("name", "public_id")
    panels: ClassVar[list[Panel]] = [
        FieldPanel("public_id", read_only=True),
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldRowPanel([FieldPanel("name_de"), FieldPanel("name_fr")]),
                FieldPanel("aliases"),
            ],
            heading=_("Names"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("country"), FieldPanel("level")]),
                FieldRowPanel([FieldPanel("code_type"), FieldPanel("official_code")]),
                FieldRowPanel([FieldPanel("district"), FieldPanel("region")]),
                FieldPanel("parent"),
            ],
            heading=_("What it is"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("successor"),
                FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_to")]),
                FieldPanel("merged_note"),
            ],
            heading=_("Merger"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("lat"), FieldPanel("lon")]),
                FieldRowPanel([FieldPanel("population"), FieldPanel("population_year")]),
                FieldPanel("population_source"),
                FieldPanel("postcodes"),
                FieldRowPanel([FieldPanel("website"), FieldPanel("wikidata_qid")]),
            ],
            heading=_("Figures"),
        ),
        FieldPanel("internal_note"),
    ]


class PartnershipAdmin(RecordAdmin):
    """Partnerships with their members and sources."""

    model = Partnership
    menu_icon = "link"
    menu_order = 100
    list_display = ("title", "status", "year_signed", "last_confirmed_on")
    list_filter = ("kind", "status", "topics", "verified", "is_listed")
    list_export = ("public_id", "title", "kind", "status", "year_signed", "is_listed", "last_confirmed_on")
    ordering = ("sort_key", "public_id")
    panels: ClassVar[list[Panel]] = [
        FieldPanel("public_id", read_only=True),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("status")]),
        InlinePanel("members", heading=_("Members"), label=_("Member"), min_num=2),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("year_of_first_contact"), FieldPanel("year_signed")]),
                FieldRowPanel([FieldPanel("years_renewed"), FieldPanel("year_ended")]),
            ],
            heading=_("History"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
                FieldRowPanel([FieldPanel("languages"), FieldPanel("rhythm")]),
                FieldRowPanel([FieldPanel("last_exchange_on"), FieldPanel("next_exchange_on")]),
                FieldPanel("usual_participants"),
            ],
            heading=_("Life"),
        ),
        InlinePanel("sources", heading=_("Sources"), label=_("Source")),
        FieldRowPanel([FieldPanel("verified"), FieldPanel("last_confirmed_on")]),
        FieldPanel("is_listed"),
        MultiFieldPanel(
            [FieldPanel("internal_note"), FieldPanel("provenance"), FieldPanel("rgre_id")],
            heading=_("For editors"),
        ),
    ]

    def get_queryset(self, request: Any) -> QuerySet[Partnership]:
        """Members at hand: every row shows their names."""
        return super().get_queryset(request).with_members()  # type: ignore[no-any-return]


class DirectoryGroup(ModelAdminGroup):
    """The menu entry."""

    menu_label = _("Directory")
    menu_icon = "globe"
    menu_order = 250
    items = (PartnershipAdmin, MunicipalityAdmin)

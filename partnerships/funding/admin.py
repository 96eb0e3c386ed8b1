"""Funding programmes in the admin, an editorial record."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, Panel
from wagtail.snippets.views.snippets import SnippetViewSet

from partnerships.funding.models import FundingProgramme


class FundingProgrammeViewSet(SnippetViewSet):
    """Listing and form."""

    model = FundingProgramme
    icon = "tag"
    menu_label = _("Funding programmes")
    menu_order = 280
    add_to_admin_menu = True
    list_display = ("name", "funder", "condition", "checked_on", "is_listed")
    list_filter = ("condition", "is_listed")
    search_fields = ("key", "name_de", "name_fr", "name_en", "funder")
    panels: ClassVar[list[Panel]] = [
        FieldPanel("key"),
        MultiFieldPanel([FieldPanel("name_de"), FieldPanel("text_de")], heading=_("German")),
        MultiFieldPanel([FieldPanel("name_fr"), FieldPanel("text_fr")], heading=_("French")),
        MultiFieldPanel([FieldPanel("name_en"), FieldPanel("text_en")], heading=_("English")),
        FieldPanel("funder"),
        MultiFieldPanel(
            [
                *(FieldPanel("applicants"), FieldPanel("purposes"), FieldPanel("ages")),
                FieldPanel("countries"),
                FieldRowPanel([FieldPanel("people_min"), FieldPanel("people_max")]),
            ],
            heading=_("Conditions"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("amount_min"), FieldPanel("amount_max")]),
                FieldRowPanel([FieldPanel("counted_by"), FieldPanel("share_max")]),
            ],
            heading=_("Money"),
        ),
        InlinePanel("deadlines", heading=_("Deadlines"), label=_("Deadline")),
        MultiFieldPanel(
            [FieldPanel("url"), FieldRowPanel([FieldPanel("licence"), FieldPanel("checked_on")])],
            heading=_("Source"),
        ),
        FieldRowPanel([FieldPanel("condition"), FieldPanel("is_listed")]),
    ]

"""What the directory adds to Wagtail's admin."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, Panel
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtail_modeladmin.options import modeladmin_register

from partnerships.choosers import municipality_chooser, partnership_chooser
from partnerships.funding.admin import FundingProgrammeViewSet
from partnerships.models import Association, Topic
from partnerships.registries import DirectoryGroup
from partnerships.requests.registries import RequestsGroup


class AssociationViewSet(SnippetViewSet):
    """Associations, an editorial record."""

    model = Association
    icon = "group"
    menu_label = _("Associations")
    menu_order = 260
    add_to_admin_menu = True
    list_display = ("name", "municipality")
    list_filter = ("municipality__country",)
    search_fields = ("name",)
    panels: ClassVar[list[Panel]] = [
        FieldPanel("name"),
        FieldPanel("municipality"),
        FieldRowPanel([FieldPanel("legal_form"), FieldPanel("year_founded")]),
        FieldRowPanel([FieldPanel("members_count"), FieldPanel("website")]),
        FieldPanel("partnerships"),
        FieldPanel("counterpart"),
        InlinePanel("contacts", heading=_("Contacts"), label=_("Contact")),
    ]


class TopicViewSet(SnippetViewSet):
    """What partnerships are about, an editorial record."""

    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    menu_order = 270
    list_display = ("key", "name_de", "name_fr")
    search_fields = ("key", "name_de", "name_fr", "name_en")


@hooks.register("register_admin_viewset")
def register_choosers() -> list[ViewSet]:
    """Municipalities and partnerships are chosen in a dialogue."""
    return [municipality_chooser, partnership_chooser]


modeladmin_register(DirectoryGroup)
modeladmin_register(RequestsGroup)
register_snippet(AssociationViewSet)
register_snippet(TopicViewSet)
register_snippet(FundingProgrammeViewSet)

"""What the directory adds to Wagtail's admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtail_modeladmin.options import modeladmin_register

from partnerships.choosers import municipality_chooser, partnership_chooser
from partnerships.models import Association
from partnerships.registries import DirectoryGroup


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


@hooks.register("register_admin_viewset")
def register_choosers() -> list[ViewSet]:
    """Municipalities and partnerships are chosen in a dialogue."""
    return [municipality_chooser, partnership_chooser]


modeladmin_register(DirectoryGroup)
register_snippet(AssociationViewSet)

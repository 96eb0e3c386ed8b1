"""What the core adds to Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from cms.models import FunderLine
from cms.plugins import registry


class FunderLineViewSet(SnippetViewSet):
    """Funder lines, one per language."""

    model = FunderLine
    icon = "form"
    menu_label = _("Funder lines")
    add_to_admin_menu = False
    list_display = ("name", "text", "locale")
    search_fields = ("name", "text")


register_snippet(FunderLineViewSet)


@hooks.register("construct_homepage_panels")
def plugin_panels(request: HttpRequest, panels: list[Any]) -> None:
    """What plugins show on the admin's home page."""
    panels.extend(panel() for panel in registry().components("dashboard_panels"))

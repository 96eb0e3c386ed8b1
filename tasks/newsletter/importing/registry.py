"""The list of imports in the admin, beside the subscribers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.helpers import ButtonHelper

from tasks.looking import LookedAtHistory, ReadOnly, ReadOnlyAdmin
from tasks.newsletter.importing.views import may_import
from tasks.newsletter.models.imports import SubscriberImport


class WhoMayImport(ReadOnly):
    """Who may import sees all imports; each is a record that nobody edits."""

    def user_can_list(self, user: Any) -> bool:
        """Whether the user may look at imports."""
        return may_import(user)


class ImportButtons(ButtonHelper):
    """Leads from the name of a file to its import. There is nothing else to do with a row."""

    def get_primary_button(self, obj: SubscriberImport) -> dict[str, Any]:
        """Where the name leads."""
        return {"url": reverse("imports:show", args=[obj.public_id]), "title": str(_("Open"))}

    def get_buttons_for_obj(self, obj: SubscriberImport, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        """None below the name."""
        return []


class SubscriberImportAdmin(ReadOnlyAdmin):
    """All imports, with who began them and what came of them."""

    model = SubscriberImport
    menu_label = _("Imports")
    menu_icon = "upload"
    permission_helper_class = WhoMayImport
    button_helper_class = ImportButtons
    inspect_view_enabled = False
    history_view_class = LookedAtHistory
    index_template_name = "tasks/admin/imports.html"
    list_display = ("name", "state", "changed", "rows_total", "uploaded_by", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "consent_source")

    def get_queryset(self, request: Any) -> Any:
        """With people, in one query."""
        return super().get_queryset(request).select_related("uploaded_by")

    @staticmethod
    @admin.display(description=_("people changed"))
    def changed(row: SubscriberImport) -> str:
        """How many people it changed; nothing where it did not come to that."""
        return str(row.changes) if row.written else "–"

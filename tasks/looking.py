"""Lists in the admin that are looked at: who may, and what nobody can do there."""

from __future__ import annotations

from typing import Any

from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import HistoryView


class LookingNeedsPermission(PermissionHelper):
    """Looking in any form needs “view” or “change”: the base class is content with “add”."""

    enough_to_look: tuple[str, ...] = ("view", "change")

    def user_can_list(self, user: Any) -> bool:
        """Whether the user may see the list and export it."""
        return any(
            self.user_has_specific_permission(user, self.get_perm_codename(action))
            for action in self.enough_to_look
        )

    def user_can_inspect_obj(self, user: Any, obj: Any) -> bool:
        """Whether the user may see all of one row."""
        return self.inspect_view_enabled and self.user_can_list(user)


class LookedAtHistory(HistoryView):
    """The base class shows the history, and in it the row's name, to everybody who is in the admin."""

    def check_action_permitted(self, user: Any) -> bool:
        """Whether the user may see the row at all."""
        return bool(self.permission_helper.user_can_list(user))


class ReadOnly(LookingNeedsPermission):
    """Nobody creates, edits or deletes; looking needs the permission “view”."""

    enough_to_look = ("view",)

    def user_can_create(self, user: Any) -> bool:
        """Rows come from the outbox."""
        return False

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        """Rows are a record."""
        return False

    def user_can_delete_obj(self, user: Any, obj: Any) -> bool:
        """Rows are a record."""
        return False


class ReadOnlyAdmin(ModelAdmin):
    """A list to look at, filter and export."""

    permission_helper_class = ReadOnly
    history_view_class = LookedAtHistory
    inspect_view_enabled = True

"""The panel on the admin's home page: connections that end soon or have ended."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from wagtail.admin.ui.components import Component

from tasks.social.accounts.care import Standing, soon, standing_of
from tasks.social.models import SocialAccount

SHOWN = 20


class AccountsPanel(Component):
    """Seen by those who can mend a connection, and only while there is something to mend."""

    name = "accounts"
    order = 110
    template_name = "tasks/admin/accounts/panel.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Each such account with what is the matter."""
        may = parent_context["request"].user.has_perm("tasks.change_socialaccount")
        return {"troubled": in_need() if may else []}


def in_need() -> list[tuple[SocialAccount, Standing]]:
    """Active accounts that need somebody, those in trouble first."""
    ending = Q(expires_at__lt=timezone.now() + soon())
    needy = SocialAccount.objects.filter(~Q(trouble="") | ending, active=True)
    return [(account, standing_of(account)) for account in needy.order_by("-trouble", "expires_at")[:SHOWN]]

"""The list of accounts in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import ModelAdmin

from tasks.looking import LookedAtHistory, LookingNeedsPermission
from tasks.social.accounts.care import Standing, standing_of
from tasks.social.models import SocialAccount


class SocialAccountAdmin(ModelAdmin):
    """Accounts to post with."""

    model = SocialAccount
    menu_label = _("Social media accounts")
    menu_icon = "user"
    permission_helper_class = LookingNeedsPermission
    history_view_class = LookedAtHistory
    list_display = ("name", "channel", "language", "active", "connection")
    list_filter = ("channel", "active", "language")

    def create_view(self, request: Any) -> Any:
        """First the kind, then its form."""
        return redirect("social_accounts:choose")

    def edit_view(self, request: Any, instance_pk: str) -> Any:
        """The account's own form."""
        return redirect("social_accounts:edit", instance_pk)

    @staticmethod
    @admin.display(description=_("connection"))
    def connection(account: SocialAccount) -> str:
        """In words and with a colour."""
        standing: Standing = standing_of(account)
        return format_html('<span class="account-{}">{}</span>', standing.key, standing.text)

"""Followers, blocks and deliveries in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail_modeladmin.options import ModelAdmin

from tasks.looking import LookedAtHistory, LookingNeedsPermission, ReadOnlyAdmin
from tasks.social.activitypub.models import Block, Follower, InboxDelivery


class FollowerAdmin(ReadOnlyAdmin):
    """Who follows which account of the site."""

    model = Follower
    menu_label = gettext_lazy("Followers")
    menu_icon = "group"
    list_display = ("__str__", "server", "account", "since")
    list_filter = ("account",)
    search_fields = ("actor__name", "actor__host")
    list_export = ("actor", "account", "since")
    inspect_view_fields = ("actor", "account", "since")

    def get_queryset(self, request: Any) -> Any:
        """With actors and accounts, in one query."""
        return super().get_queryset(request).select_related("actor", "account")

    @staticmethod
    @admin.display(description=gettext_lazy("server"))
    def server(follower: Follower) -> str:
        """Where they have their account."""
        return follower.actor.host


class BlockAdmin(ModelAdmin):
    """Servers and profiles that this site has nothing to do with."""

    model = Block
    menu_label = gettext_lazy("Blocked in the fediverse")
    menu_icon = "cross"
    permission_helper_class = LookingNeedsPermission
    history_view_class = LookedAtHistory
    list_display = ("target", "reason", "created_at")
    search_fields = ("target", "reason")
    panels = (FieldPanel("target"), FieldPanel("reason"))


class InboxDeliveryAdmin(ReadOnlyAdmin):
    """What was told to which server, and what it answered."""

    model = InboxDelivery
    menu_label = gettext_lazy("Deliveries to the fediverse")
    menu_icon = "globe"
    list_display = ("inbox", "kind", "note", "state", "code", "attempts", "created_at", "sent_at")
    list_filter = ("state", "kind", "account")
    search_fields = ("inbox", "note__text")
    list_export = (*list_display, "detail")
    inspect_view_fields = (
        *("inbox", "kind", "account", "note", "state", "code", "detail"),
        *("attempts", "next_try_at", "created_at", "sent_at"),
    )

    def get_queryset(self, request: Any) -> Any:
        """With posts and accounts, in one query."""
        return super().get_queryset(request).select_related("note", "account")

"""Requests, messages and mails in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, Panel
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup

from partnerships.registries import FoldedSearch, RecordPermissions
from partnerships.requests.choices import MailKind
from partnerships.requests.models import Notice, NoticeMail, RelayMessage


class LookingOnly(RecordPermissions):
    """Nobody creates, edits or deletes: the rows come from the site's forms."""

    def user_can_create(self, user: Any) -> bool:
        """Rows come from visitors."""
        return False

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        """Rows are a record."""
        return False

    def user_can_delete_obj(self, user: Any, obj: Any) -> bool:
        """Rows are a record."""
        return False


class NoticeAdmin(ModelAdmin):
    """Requests and offers; those that wait for an editor have the status “in review”."""

    model = Notice
    permission_helper_class = RecordPermissions
    search_handler_class = FoldedSearch
    search_fields = ("search_text",)
    menu_icon = "openquote"
    menu_order = 100
    list_display = ("title", "kind", "municipality", "status", "expires_on", "created_at")
    list_filter = ("status", "kind", "municipality__country", "topics")
    list_select_related = ("municipality__parent", "municipality__successor")
    list_per_page = 50
    ordering = ("-created_at", "-pk")
    panels: ClassVar[list[Panel]] = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("status")]),
        FieldPanel("municipality"),
        FieldPanel("partnership"),
        FieldPanel("association"),
        MultiFieldPanel([FieldPanel("title_de"), FieldPanel("text_de")], heading=_("German")),
        MultiFieldPanel([FieldPanel("title_fr"), FieldPanel("text_fr")], heading=_("French")),
        FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
        FieldPanel("audience"),
        FieldRowPanel([FieldPanel("region_wanted"), FieldPanel("period")]),
        FieldPanel("expires_on"),
        MultiFieldPanel(
            [FieldPanel("sender_name"), FieldPanel("sender_email"), FieldPanel("sender_language")],
            heading=_("Sender"),
        ),
    ]


class RelayMessageAdmin(ModelAdmin):
    """That there was a message and what became of it; neither its text nor who wrote it."""

    model = RelayMessage
    permission_helper_class = LookingOnly
    menu_icon = "mail"
    menu_order = 200
    list_display = ("target", "created_at", "confirmed_at", "outcome")
    ordering = ("-created_at",)
    list_per_page = 50

    def get_queryset(self, request: Any) -> QuerySet[RelayMessage]:
        """With all that a row shows, for a constant number of queries."""
        places = "partnership__members__municipality"
        found: QuerySet[RelayMessage] = super().get_queryset(request).select_related("notice")
        return found.prefetch_related(f"{places}__parent", f"{places}__successor", "mails")

    @admin.display(description=_("outcome"))
    def outcome(self, message: RelayMessage) -> str:
        """How far the mail to the recipient has come, and what the mail server said."""
        passed_on = [mail for mail in message.mails.all() if mail.kind == MailKind.MESSAGE]
        if not passed_on:
            return str(_("not confirmed"))
        mail = passed_on[0]
        return f"{mail.get_state_display()} {mail.reply}".strip()


class NoticeMailAdmin(ModelAdmin):
    """All mails about requests with their outcome."""

    model = NoticeMail
    permission_helper_class = LookingOnly
    menu_icon = "history"
    menu_order = 300
    list_display = ("kind", "language", "state", "attempts", "due_at", "sent_at", "reply")
    list_filter = ("state", "kind")
    list_per_page = 50


class RequestsGroup(ModelAdminGroup):
    """The menu entry."""

    menu_label = _("Requests and offers")
    menu_icon = "openquote"
    menu_order = 255
    items = (NoticeAdmin, RelayMessageAdmin, NoticeMailAdmin)

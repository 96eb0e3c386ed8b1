"""Bounces, blocked addresses and the state of the ways out, in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail_modeladmin.helpers import ButtonHelper
from wagtail_modeladmin.helpers.search import BaseSearchHandler
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import CreateView, DeleteView, InspectView

from tasks.looking import LookedAtHistory, LookingNeedsPermission, ReadOnlyAdmin
from tasks.newsletter.addresses import address_hash, address_key, normalized
from tasks.newsletter.models import (
    BounceMailbox,
    DomainPace,
    MailEvent,
    MailRelay,
    Subscriber,
    Suppression,
    SuppressionReason,
)
from tasks.newsletter.suppressions import is_suppressed, suppress


class ByAddress(BaseSearchHandler):
    """Finds rows by the whole address: only its keyed hash is stored."""

    def search_queryset(self, queryset: Any, search_term: str, **kwargs: Any) -> Any:
        """The rows of one address; all where nothing is searched for."""
        if not search_term:
            return queryset
        return queryset.filter(address_hash=address_hash(address_key(search_term.strip())))


class MailEventAdmin(ReadOnlyAdmin):
    """What mail servers and providers said after they had taken a mail."""

    model = MailEvent
    menu_label = _("Bounces and complaints")
    menu_icon = "undo"
    search_handler_class = ByAddress
    list_display = ("kind", "campaign_title", "code", "detail", "source", "occurred_at")
    list_filter = ("kind", "source", "occurred_at")
    list_export = ("kind", "campaign_title", "code", "detail", "source", "occurred_at", "received_at")
    inspect_view_fields = ("kind", "code", "detail", "source", "occurred_at", "received_at")

    def get_queryset(self, request: Any) -> Any:
        """With campaigns, in one query."""
        return super().get_queryset(request).select_related("delivery__campaign__version")

    def get_list_display(self, request: Any) -> Any:
        """With the address for those who may see who gets what."""
        may_see = request.user.has_perm("tasks.view_delivery")
        return (*self.list_display, "address") if may_see else self.list_display

    @staticmethod
    @admin.display(description=_("campaign"))
    def campaign_title(event: MailEvent) -> str:
        """What was sent."""
        version = event.delivery.campaign.version if event.delivery else None
        return version.title if version else "–"

    @staticmethod
    @admin.display(description=_("address"))
    def address(event: MailEvent) -> str:
        """Whom it was for."""
        return (event.delivery.address if event.delivery else "") or "–"


class WhoMayBlock(LookingNeedsPermission):
    """Rows are added and deleted, never changed."""

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        """Another address or reason is another row."""
        return False

    def user_can_delete_obj(self, user: Any, obj: Any) -> bool:
        """Who had all data erased comes back by asking for mail again, and not otherwise."""
        return obj.reason != SuppressionReason.ERASED and bool(super().user_can_delete_obj(user, obj))


class BlockForm(WagtailAdminModelForm):
    """Blocks one address by hand."""

    address = forms.CharField(
        label=_("address"), max_length=254, help_text=_("Only a keyed hash of it is stored.")
    )
    note = forms.CharField(
        label=_("note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why, for your colleagues. Do not name the person here."),
    )

    def clean_address(self) -> str:
        """An address that is not blocked so far."""
        address = normalized(self.cleaned_data["address"], smtputf8=True)
        if is_suppressed(address):
            raise ValidationError(_("This address is blocked already."), code="known")
        return address

    def save(self, commit: bool = True) -> Suppression:
        """Block it, and stop what is on its way there."""
        address: str = self.cleaned_data["address"]
        suppress(address, SuppressionReason.MANUAL, self.cleaned_data["note"])
        return Suppression.objects.get(address_hash=address_hash(address_key(address)))


class Block(CreateView):
    """The form for it."""

    page_title = _("Block an address")

    def get_success_message_buttons(self, instance: Suppression) -> list[Any]:
        """None: there is nothing to edit."""
        return []


class AllowAgain(DeleteView):
    """Deleting a block, by its name."""

    page_title = _("Allow again")

    def confirmation_message(self) -> str:
        """What it means."""
        return str(_("Mail may be sent to this address again. Nobody is subscribed by this."))


class SuppressionButtons(ButtonHelper):
    """Calls things by their name."""

    def add_button(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The way to ``Block``."""
        label = _("Block an address")
        return {**super().add_button(*args, **kwargs), "label": label, "title": label}

    def delete_button(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The way to ``AllowAgain``."""
        label = _("Allow again")
        return {**super().delete_button(*args, **kwargs), "label": label, "title": label}


class SuppressionAdmin(ModelAdmin):
    """Addresses that get no mail, whatever happens."""

    model = Suppression
    menu_label = _("Blocked addresses")
    menu_icon = "no-view"
    permission_helper_class = WhoMayBlock
    button_helper_class = SuppressionButtons
    search_handler_class = ByAddress
    create_view_class = Block
    delete_view_class = AllowAgain
    history_view_class = LookedAtHistory
    inspect_view_enabled = True
    inspect_view_fields = ("reason", "note", "created_at")
    list_display = ("__str__", "reason", "note", "created_at")
    list_filter = ("reason", "created_at")
    edit_handler = ObjectList([FieldPanel("address"), FieldPanel("note")], base_form_class=BlockForm)


class BounceMailboxAdmin(ReadOnlyAdmin):
    """When bounces were last fetched, and what is wrong where they cannot be."""

    model = BounceMailbox
    menu_label = _("Bounce mailbox")
    menu_icon = "download"
    list_display = ("name", "read_at", "trouble", "reply", "stored", "left", "next_try_at")
    inspect_view_fields = list_display


class MailRelayAdmin(ReadOnlyAdmin):
    """How the relays are."""

    model = MailRelay
    menu_label = _("Mail relays")
    menu_icon = "site"
    list_display = ("name", "failures", "broken_until", "last_error", "updated_at")


class DomainPaceAdmin(ReadOnlyAdmin):
    """Which domains want mail slowly."""

    model = DomainPace
    menu_label = _("Slow domains")
    menu_icon = "time"
    list_display = ("domain", "refusals", "slow_until", "last_reply", "updated_at")
    search_fields = ("domain",)


class InspectWithBlock(InspectView):
    """A subscriber with the reason why no mail is sent, where there is one."""

    def get_fields_dict(self) -> list[dict[str, Any]]:
        """The usual fields, under a line about the block."""
        fields: list[dict[str, Any]] = super().get_fields_dict()
        block = _block_of(self.instance)
        return [{"label": _("No mail is sent"), "value": block}, *fields] if block else fields


def _block_of(subscriber: Subscriber) -> str:
    row = Suppression.objects.filter(address_hash=address_hash(subscriber.email_key)).first()
    if row is None:
        return ""
    since = date_format(localtime(row.created_at), "SHORT_DATETIME_FORMAT")
    return str(_("blocked since %(since)s: %(reason)s")) % {
        "since": since,
        "reason": row.get_reason_display(),
    }

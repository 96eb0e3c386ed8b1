"""The operational registries in the admin. What machines write, people may look at and not change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup
from wagtail_modeladmin.views import DeleteView

from tasks.announcements.models import Announcement
from tasks.looking import LookedAtHistory, LookingNeedsPermission, ReadOnlyAdmin
from tasks.newsletter.consent_views import ConsentButton
from tasks.newsletter.erase import erase
from tasks.newsletter.importing.registry import SubscriberImportAdmin
from tasks.newsletter.models import Campaign, Delivery, Subscriber
from tasks.newsletter.returns.registry import (
    BounceMailboxAdmin,
    DomainPaceAdmin,
    InspectWithBlock,
    MailEventAdmin,
    MailRelayAdmin,
    SuppressionAdmin,
)
from tasks.newsletter.topics import topic_label
from tasks.social.accounts.registry import SocialAccountAdmin
from tasks.social.activitypub.registry import BlockAdmin, FollowerAdmin, InboxDeliveryAdmin
from tasks.social.models import Post
from tasks.social.webhook.registry import WebhookCallAdmin


class SubscribersAskThemselves(LookingNeedsPermission):
    """Nobody enters an address for somebody else: there would be no consent to show."""

    def user_can_create(self, user: Any) -> bool:
        """Subscribers come from the form."""
        return False


class Erase(DeleteView):
    """Erasing in place of deleting: the base class would leave the address in the log and on mails."""

    page_title = _("Erase")

    def confirmation_message(self) -> str:
        """What it means."""
        return str(
            _(
                "Everything about this person is deleted for good, and nothing is ever sent to the address "
                "again. Do this only when the person asks for it."
            )
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Erase, and say so without naming anybody."""
        erase(self.instance)
        messages.success(request, _("The person's data is erased."))
        return redirect(self.index_url)


class SubscriberButtons(ConsentButton):
    """Calls things by their name."""

    def delete_button(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The way to ``Erase``."""
        return {**super().delete_button(*args, **kwargs), "label": _("Erase"), "title": _("Erase")}


class SubscriberAdmin(ModelAdmin):
    """Who wants mail. New ones come through the form, with their own confirmation."""

    model = Subscriber
    menu_label = _("Subscribers")
    menu_icon = "group"
    index_template_name = "tasks/admin/subscribers.html"
    permission_helper_class = SubscribersAskThemselves
    button_helper_class = SubscriberButtons
    delete_view_class = Erase
    inspect_view_class = InspectWithBlock
    history_view_class = LookedAtHistory
    list_display = ("email", "language", "standing", "topics", "created_at")
    list_filter = ("standing", "language", "interests__topic")
    search_fields = ("email",)
    inspect_view_enabled = True
    list_export = ("email", "language", "standing", "created_at", "confirmed_at", "unsubscribed_at")
    panels = (
        FieldPanel("email", read_only=True),
        FieldPanel("language"),
        FieldPanel("standing", read_only=True),
    )

    def get_queryset(self, request: Any) -> Any:
        """With interests, in one query."""
        return super().get_queryset(request).prefetch_related("interests").distinct()

    @staticmethod
    @admin.display(description=_("topics"))
    def topics(subscriber: Subscriber) -> str:
        """The topics, for the list."""
        return ", ".join(topic_label(interest.topic) for interest in subscriber.interests.all()) or "–"


class AnnouncementAdmin(ReadOnlyAdmin):
    """Everything that was announced, in one language at least."""

    model = Announcement
    menu_label = _("All announcements")
    menu_icon = "mail"
    list_display = ("link", "edition", "created_at", "settled_at")
    list_filter = ("created_at",)
    search_fields = ("versions__title",)

    def get_queryset(self, request: Any) -> Any:
        """With versions, in one query."""
        return super().get_queryset(request).announced().prefetch_related("versions")

    @staticmethod
    @admin.display(description=_("title"))
    def link(announcement: Announcement) -> str:
        """The title, leading to the page's announcement view."""
        version = announcement.original or next(iter(announcement.versions.all()), None)
        if version is None or version.page_id is None:
            return str(version.title if version else announcement.public_id)
        return format_html(
            '<a href="{}">{}</a>', reverse("announcements:page", args=[version.page_id]), version.title
        )


class CampaignAdmin(ReadOnlyAdmin):
    """Mails by language of readers."""

    model = Campaign
    menu_label = _("Campaigns")
    menu_icon = "list-ul"
    list_display = (
        "__str__",
        "kind",
        "period",
        "language",
        "state",
        "candidates",
        "web_views",
        "frozen_at",
        "finished_at",
    )
    list_filter = ("kind", "state", "language")

    def get_queryset(self, request: Any) -> Any:
        """With all that the list names, in a fixed number of queries."""
        rows = super().get_queryset(request).select_related("announcement")
        return rows.prefetch_related("announcement__versions")


class DeliveryAdmin(ReadOnlyAdmin):
    """Single mails."""

    model = Delivery
    menu_label = _("Deliveries")
    menu_icon = "mail"
    list_display = ("address", "campaign_title", "state", "code", "attempts", "sent_at")
    list_filter = ("state", "campaign__language")
    search_fields = ("address",)
    list_export = ("address", "campaign_title", "state", "code", "detail", "attempts", "sent_at")

    def get_queryset(self, request: Any) -> Any:
        """With campaigns, in a fixed number of queries."""
        return super().get_queryset(request).select_related("campaign__version")

    @staticmethod
    @admin.display(description=_("campaign"))
    def campaign_title(delivery: Delivery) -> str:
        """What was sent."""
        version = delivery.campaign.version
        return f"{version.title} ({delivery.campaign.language})" if version else "–"


class PostAdmin(ReadOnlyAdmin):
    """Posts on social media."""

    model = Post
    menu_label = _("Posts")
    menu_icon = "comment"
    list_display = ("account_name", "text", "state", "remote_url", "sent_at")
    list_filter = ("state", "account")


class AnnouncementsGroup(ModelAdminGroup):
    """The menu that holds them all."""

    menu_label = _("Announcements")
    menu_icon = "mail"
    menu_order = 250
    items = (
        AnnouncementAdmin,
        CampaignAdmin,
        DeliveryAdmin,
        PostAdmin,
        SubscriberAdmin,
        SubscriberImportAdmin,
        MailEventAdmin,
        BounceMailboxAdmin,
        SuppressionAdmin,
        MailRelayAdmin,
        DomainPaceAdmin,
        SocialAccountAdmin,
        WebhookCallAdmin,
        FollowerAdmin,
        BlockAdmin,
        InboxDeliveryAdmin,
    )

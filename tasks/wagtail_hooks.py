"""What this app adds to the Wagtail admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets import Button, HeaderButton
from wagtail.models import Page
from wagtail_modeladmin.options import modeladmin_register

from cms.plugins import registry
from tasks.announcements import admin_urls
from tasks.announcements.record import will_announce
from tasks.newsletter import consent_views
from tasks.newsletter.importing import views as import_views
from tasks.newsletter.issues.models import NewsletterIssuePage
from tasks.registries import AnnouncementsGroup
from tasks.social.planning import menu  # noqa: F401 -- registers its hooks

modeladmin_register(AnnouncementsGroup)


@hooks.register("register_admin_urls")
def admin_routes() -> list[Any]:
    """The announcement view of a page with its actions, consent records, imports."""
    return [
        path("announcements/", include(admin_urls)),
        path("consent/", include(consent_views)),
        path("imports/", include(import_views)),
        path("social-accounts/", include("tasks.social.accounts.urls")),
        path("webhook-calls/", include("tasks.social.webhook.urls")),
    ]


def _is_announceable(page: Page) -> bool:
    return page.specific_class in registry().announceable_models()


@hooks.register("register_page_header_buttons")
def header_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """A way to the announcement view from the page's editor and listing."""
    if _is_announceable(page) and page.permissions_for_user(user).can_edit():
        yield HeaderButton(
            label=_("Announcement"),
            url=reverse("announcements:page", args=[page.pk]),
            icon_name="mail",
            priority=45,
        )
        yield HeaderButton(
            label=_("Posts"),
            url=reverse("announcements:posts", args=[page.pk]),
            icon_name="comment",
            priority=46,
        )


@hooks.register("register_page_listing_more_buttons")
def listing_button(page: Page, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """The same from a page listing."""
    if _is_announceable(page) and page.permissions_for_user(user).can_edit():
        yield Button(
            _("Announcement"), reverse("announcements:page", args=[page.pk]), icon_name="mail", priority=45
        )


@hooks.register("before_publish_page")
def ask_before_sending(request: HttpRequest, page: Page) -> HttpResponse | None:
    """An issue is mail to many: its number of readers is shown before it goes out.

    The draft is saved by then. What is announced already goes live without asking.
    """
    if not isinstance(page, NewsletterIssuePage) or not will_announce(page):
        return None
    if request.resolver_match and request.resolver_match.view_name == "wagtailadmin_pages:add":
        _keep_as_draft(page)
    return redirect("announcements:confirm", page.pk)


def _keep_as_draft(page: Page) -> None:
    """Wagtail has made a new page live before it calls the hook; nobody has said yes yet."""
    page.live, page.has_unpublished_changes = False, True
    page.save(update_fields=["live", "has_unpublished_changes"], clean=False)


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Permissions that an administrator can give to groups."""
    return Permission.objects.filter(content_type__app_label="tasks")

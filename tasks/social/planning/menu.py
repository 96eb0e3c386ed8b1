"""Where the admin leads to the report and the calendar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.permission_policies.pages import PagePermissionPolicy

from tasks.social.planning import calendar_view, report


class ReportItem(MenuItem):
    """Shown to those who may see posts."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether it leads somewhere."""
        policy = report.PostsReport.permission_policy
        return bool(policy.user_has_any_permission(request.user, ["view", "change"]))


class CalendarItem(MenuItem):
    """Shown to those who edit some page."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether there could be something in it."""
        return bool(PagePermissionPolicy().user_has_permission(request.user, "change"))


@hooks.register("register_admin_urls")
def routes() -> list[Any]:
    """The report of all posts and the calendar."""
    return [*report.urlpatterns, path("calendar/", calendar_view.month, name="announcements_calendar")]


@hooks.register("register_reports_menu_item")
def report_item() -> MenuItem:
    """All posts."""
    return ReportItem(
        _("Posts"), reverse("posts_report"), name="posts-report", icon_name="comment", order=1100
    )


@hooks.register("register_admin_menu_item")
def calendar_item() -> MenuItem:
    """What goes out when."""
    return CalendarItem(
        _("Calendar"), reverse("announcements_calendar"), name="calendar", icon_name="calendar-alt", order=260
    )

"""The panel on the admin's home page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.permission_policies.pages import PagePermissionPolicy

from tasks.announcements.models import Announcement, AnnouncementVersion
from tasks.ledger.models import State
from tasks.newsletter.models import Delivery, Standing, Subscriber
from tasks.social.models import Post

NEWEST = 5
ATTENTION = timedelta(days=30)
"""What nobody has looked after by then is history."""


class OutboxPanel(Component):
    """The latest announcements, and what needs somebody's attention."""

    name = "outbox"
    order = 120
    template_name = "tasks/admin/panel.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Counts and the newest announcements, as far as they are the user's business."""
        user = parent_context["request"].user
        versions = _versions_for(user)
        announced = Announcement.objects.filter(versions__in=versions).distinct()
        newest = announced.order_by("-created_at").prefetch_related(Prefetch("versions", versions))
        recent = announced.filter(created_at__gte=timezone.now() - ATTENTION)
        return {
            "announcements": newest[:NEWEST],
            "subscribers": _subscribers() if user.has_perm("tasks.view_subscriber") else None,
            "attention": sum(_attention(model, recent) for model in (Delivery, Post)),
        }


def _versions_for(user: Any) -> QuerySet[AnnouncementVersion]:
    """What is announced of pages that the user may edit."""
    pages = PagePermissionPolicy().instances_user_has_permission_for(user, "change")
    return AnnouncementVersion.objects.filter(announcement__silenced="", silenced="", page__in=pages)


def _subscribers() -> int:
    return Subscriber.objects.filter(standing=Standing.CONFIRMED).count()


def _attention(model: type[Delivery] | type[Post], announcements: QuerySet[Announcement]) -> int:
    troubled = model._default_manager.filter(state__in=(State.FAILED, State.UNKNOWN))
    return troubled.filter(announcement__in=announcements.values("pk")).count()

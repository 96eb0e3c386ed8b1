"""The panel on the admin's home page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from wagtail.admin.ui.components import Component

from tasks.announcements.models import Announcement
from tasks.ledger.models import State
from tasks.newsletter.models import Delivery, Standing, Subscriber
from tasks.social.models import Post

NEWEST = 5


class OutboxPanel(Component):
    """The latest announcements, and what needs somebody's attention."""

    name = "outbox"
    order = 120
    template_name = "tasks/admin/panel.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Counts and the newest announcements."""
        newest = Announcement.objects.announced().prefetch_related("versions")
        return {
            "announcements": newest.order_by("-created_at")[:NEWEST],
            "subscribers": Subscriber.objects.filter(standing=Standing.CONFIRMED).count(),
            "attention": sum(_attention(model) for model in (Delivery, Post)),
        }


def _attention(model: type[Delivery] | type[Post]) -> int:
    rows = model._default_manager.filter(state__in=(State.FAILED, State.UNKNOWN))
    return int(rows.aggregate(number=Count("pk"))["number"])

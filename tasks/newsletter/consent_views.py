"""The consent record of one subscriber in the admin: to read, to print, to download."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail_modeladmin.helpers import ButtonHelper

from tasks.newsletter import consent
from tasks.newsletter.models import Subscriber


def _subscriber(request: HttpRequest, pk: int) -> Subscriber:
    if not request.user.has_perm("tasks.view_subscriber"):
        raise PermissionDenied
    return get_object_or_404(Subscriber, pk=pk)


@require_safe
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole record, and whether it is as it was written."""
    subscriber = _subscriber(request, pk)
    context = {
        "subscriber": subscriber,
        "records": subscriber.consent_records.order_by("position"),
        "broken_at": consent.broken_at(subscriber),
    }
    return render(request, "tasks/admin/consent.html", context)


@require_safe
@never_cache
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as JSON."""
    subscriber = _subscriber(request, pk)
    record = {
        "address": subscriber.email,
        "broken_at": consent.broken_at(subscriber),
        "records": consent.export(subscriber),
    }
    options = {"ensure_ascii": False, "indent": 2}
    response = JsonResponse(record, json_dumps_params=options)
    response["Content-Disposition"] = f'attachment; filename="consent-{subscriber.public_id}.json"'
    return response


class ConsentButton(ButtonHelper):
    """Adds the way to the consent record to a subscriber's buttons."""

    def get_buttons_for_obj(self, obj: Any, *args: Any, **kwargs: Any) -> list[dict[str, str]]:
        """The usual buttons and, for those who may look, “Consent”."""
        buttons: list[dict[str, str]] = super().get_buttons_for_obj(obj, *args, **kwargs)
        if not self.request.user.has_perm("tasks.view_subscriber"):
            return buttons
        label = _("Consent")
        button = {
            "url": reverse("consent:show", args=[obj.pk]),
            "label": label,
            "title": f"{label}: {obj}",
            "classname": self.finalise_classname(kwargs.get("classnames_add") or []),
        }
        return [*buttons, button]


app_name = "consent"
urlpatterns = [
    path("<int:pk>/", show, name="show"),
    path("<int:pk>/json/", download, name="download"),
]

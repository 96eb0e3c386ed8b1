"""The list of calls about pages in the admin, and sending one of them once more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail_modeladmin.views import InspectView

from tasks.ledger.models import OPEN_STATES
from tasks.looking import ReadOnlyAdmin
from tasks.social.webhook.changes import send_again
from tasks.social.webhook.models import WebhookCall


def may_send(user: Any) -> bool:
    """Whoever may change the account may have its calls repeated."""
    return bool(user.has_perm("tasks.change_socialaccount"))


class InspectCall(InspectView):
    """One call, with a button where it has ended."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether there is a button."""
        has_ended = self.instance.state not in OPEN_STATES
        button = has_ended and may_send(self.request.user)
        context: dict[str, Any] = super().get_context_data(may_send=button, **kwargs)
        return context


class WebhookCallAdmin(ReadOnlyAdmin):
    """What endpoints were told of pages, and what they answered."""

    model = WebhookCall
    menu_label = gettext_lazy("Webhook calls")
    menu_icon = "code"
    inspect_view_class = InspectCall
    inspect_template_name = "tasks/admin/webhook_call.html"
    list_display = ("event", "page_ref", "account", "state", "code", "attempts", "created_at", "sent_at")
    list_filter = ("state", "event", "account")
    list_export = (*list_display, "detail")
    inspect_view_fields = (
        *("event", "page_ref", "account", "data", "state", "code", "detail"),
        *("attempts", "next_try_at", "created_at", "sent_at", "public_id"),
    )

    def get_queryset(self, request: Any) -> Any:
        """With accounts, in one query."""
        return super().get_queryset(request).select_related("account")


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one call once more."""
    if not may_send(request.user):
        raise PermissionDenied
    if send_again(get_object_or_404(WebhookCall, pk=pk)):
        messages.success(request, _("The call is sent once more."))
    else:
        messages.info(request, _("The call is still on its way."))
    may_look = request.user.has_perm("tasks.view_webhookcall")
    return redirect("tasks_webhookcall_modeladmin_inspect", pk) if may_look else redirect("wagtailadmin_home")

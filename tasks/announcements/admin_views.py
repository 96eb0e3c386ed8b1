"""The announcement view of a page: what went to whom, and what can be done about it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.models import Page

from tasks.announcements import actions, doorbell
from tasks.announcements.models import Announcement
from tasks.announcements.overview import editions_of

KINDS = ("mail", "post", "failed")


def _page(request: HttpRequest, page_id: int, *, publishing: bool = False) -> Page:
    """The page, for those who may edit (or, to act, publish) it."""
    page: Page = get_object_or_404(Page, pk=page_id).specific
    allowed = page.permissions_for_user(request.user)
    if not (allowed.can_publish() if publishing else allowed.can_edit()):
        raise PermissionDenied
    return page


@require_safe
@never_cache
def page_announcements(request: HttpRequest, page_id: int) -> HttpResponse:
    """The whole view."""
    return _rendered(request, "tasks/admin/announcements.html", _page(request, page_id))


@require_safe
@never_cache
def state_fragment(request: HttpRequest, page_id: int) -> HttpResponse:
    """The part that changes by itself, for the script that keeps the view up to date."""
    return _rendered(request, "tasks/admin/editions.html", _page(request, page_id))


def _rendered(request: HttpRequest, template: str, page: Page) -> HttpResponse:
    editions = editions_of(page)
    moving = any(edition.moving for edition in editions)
    can_act = page.permissions_for_user(request.user).can_publish()
    context = {"page": page, "editions": editions, "moving": moving, "can_act": can_act}
    response = render(request, template, context)
    response["X-Moving"] = "1" if moving else "0"
    return response


@require_POST
@transaction.atomic
def act(request: HttpRequest, page_id: int) -> HttpResponse:
    """One action on one edition: send without waiting, try again, take as sent."""
    page = _page(request, page_id, publishing=True)
    announcement = get_object_or_404(
        Announcement, pk=request.POST.get("announcement"), translation_key=page.translation_key
    )
    action, kind, row = (request.POST.get(name, "") for name in ("action", "kind", "row"))
    if action == "send_now":
        actions.send_without_waiting(announcement)
        messages.success(
            request, _("It goes out now, in the original language where a translation is missing.")
        )
    elif action in ("again", "sent") and kind in KINDS and row.isdigit():
        _act_on_rows(request, announcement, action, kind, int(row))
    else:
        return HttpResponseBadRequest(_("This action is not known."))
    return redirect("announcements:page", page.pk)


def _act_on_rows(request: HttpRequest, announcement: Announcement, action: str, kind: str, row: int) -> None:
    rows = actions.rows_of(announcement, kind, row)
    if action == "sent":
        number = actions.take_as_sent(rows)
        messages.success(request, _("Taken as sent: %(number)s.") % {"number": number})
        return
    number = actions.try_again(rows)
    actions.reopen(announcement)
    transaction.on_commit(lambda: doorbell.ring("send_mails", "send_posts"), robust=True)
    messages.success(request, _("Sent once more: %(number)s.") % {"number": number})

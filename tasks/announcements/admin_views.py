"""The announcement view of a page: what went to whom, and what can be done about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.models import Page

from tasks.announcements import actions, doorbell
from tasks.announcements.access import page_to_edit
from tasks.announcements.live import Fragment, fragment
from tasks.announcements.models import Announcement, AnnouncementVersion
from tasks.announcements.overview import editions_of
from tasks.newsletter.forecast import foreseen


@require_safe
@never_cache
def page_announcements(request: HttpRequest, page_id: int) -> HttpResponse:
    """The whole view, with who would get it as long as that is still to come."""
    page = page_to_edit(request, page_id)
    context = {"page": page, "live": _editions(request, page), "forecasts": foreseen(page)}
    return render(request, "tasks/admin/announcements.html", context)


@require_safe
@never_cache
def state_fragment(request: HttpRequest, page_id: int) -> HttpResponse:
    """The part that changes by itself, for the script that keeps the view up to date."""
    return _editions(request, page_to_edit(request, page_id)).response


def _editions(request: HttpRequest, page: Page) -> Fragment:
    editions = editions_of(page, request.user)
    moving = any(edition.moving for edition in editions)
    shown = {"page": page, "editions": editions}
    return fragment(request, "tasks/admin/editions.html", shown, moving=moving)


@require_POST
@transaction.atomic
def act(request: HttpRequest, page_id: int) -> HttpResponse:
    """One action on one edition: send without waiting, try again, take as sent."""
    page = page_to_edit(request, page_id)
    announcement = get_object_or_404(
        Announcement, pk=_key(request, "announcement"), translation_key=page.translation_key
    )
    action, kind = (request.POST.get(name, "") for name in ("action", "kind"))
    if action == "send_now":
        _allow(request, page, announcement.versions.select_related("page"))
        actions.send_without_waiting(announcement)
        messages.success(
            request, _("It goes out now, in the original language where a translation is missing.")
        )
    elif action in actions.CONTROLS:
        campaigns = announcement.campaigns.filter(pk=_key(request, "row"))
        _allow(request, page, announcement.versions.select_related("page"))
        actions.control(campaigns, action)
    elif action in ("again", "sent") and kind in actions.KINDS:
        row = _key(request, "row")
        _allow(request, page, [get_object_or_404(actions.versions_of(announcement, kind, row))])
        _act_on_rows(request, announcement, action, kind, row)
    else:
        return HttpResponseBadRequest(_("This action is not known."))
    return redirect("announcements:page", page.pk)


def _key(request: HttpRequest, name: str) -> int:
    """The primary key that was sent under ``name``; anything else is a bad request."""
    sent = request.POST.get(name, "")
    if not re.fullmatch("[0-9]{1,18}", sent):
        raise BadRequest(f"No key: {name}")
    return int(sent)


def _allow(request: HttpRequest, page: Page, versions: Iterable[AnnouncementVersion]) -> None:
    """Refuse who may not publish what the action is about, wherever they come from."""
    if not all(actions.may_act(request.user, version, page) for version in versions):
        raise PermissionDenied


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

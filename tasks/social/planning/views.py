"""The posts of a page in the admin: planned, looked at before they go out, and acted upon after."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tasks.announcements.access import latest_version
from tasks.social.planning import sheets
from tasks.social.planning.accounts import may_plan
from tasks.social.planning.prospects import left_out


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def posts(request: HttpRequest, page_id: int) -> HttpResponse:
    """Every account with its form and preview (GET), looked at again or saved (POST)."""
    page = latest_version(request, page_id)
    may = may_plan(request.user, page)
    data = request.POST if request.method == "POST" else None
    shown = sheets.sheets_of(page, data, may_plan=may)
    if data is not None and "preview" not in data:
        if not may:
            raise PermissionDenied
        if all(sheet.form.is_valid() for sheet in shown):
            sheets.save(shown, request.user)
            messages.success(request, _("The posts of “%(title)s” are saved.") % {"title": page.title})
            return redirect("announcements:posts", page.pk)
        messages.error(request, _("Nothing is saved yet: see what is marked below."))
    context = {"page": page, "sheets": shown, "may_plan": may}
    context["left_out"] = left_out(page, [sheet.account for sheet in shown])
    return render(request, "tasks/admin/posts.html", context)


@require_POST
def preview(request: HttpRequest, page_id: int) -> HttpResponse:
    """One account's post as it is being written, for the script; changes nothing."""
    page = latest_version(request, page_id)
    account = request.POST.get("account", "")
    found = sheets.sheets_of(page, request.POST, may_plan=may_plan(request.user, page), only=account)
    if not found:
        raise Http404
    return render(request, "tasks/social/previews/shown.html", {"sheet": found[0], "page": page})

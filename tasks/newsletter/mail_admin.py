"""The mail of a page in the admin: seen as readers see it, tried on oneself, and confirmed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks.announcements.access import latest_version
from tasks.announcements.live import Fragment, fragment
from tasks.ledger.models import OPEN_STATES
from tasks.newsletter import preview
from tasks.newsletter.forecast import forecasts, is_to_come
from tasks.newsletter.models import TestMail
from tasks.newsletter.progress import going_out
from tasks.newsletter.testmail import request_test

TESTS_SHOWN = 5


def _choice(chosen: str | None, allowed: Any) -> str:
    if chosen is None:
        return str(next(iter(allowed)))
    if chosen not in allowed:
        raise Http404
    return chosen


@require_safe
@never_cache
def mail(request: HttpRequest, page_id: int) -> HttpResponse:
    """The mail in one language and look, its readers in numbers, and the test send."""
    page = latest_version(request, page_id)
    context = {
        "page": page,
        "languages": settings.ANTENNE_NEWSLETTER_LANGUAGES,
        "looks": preview.LOOKS,
        "language": _choice(request.GET.get("language"), settings.ANTENNE_NEWSLETTER_LANGUAGES),
        "look": _choice(request.GET.get("as"), preview.LOOKS),
        "forecasts": forecasts(page),
        "live": _live(request, page),
    }
    return render(request, "tasks/admin/mail.html", context)


@require_safe
@never_cache
def state(request: HttpRequest, page_id: int) -> HttpResponse:
    """What changes by itself in that view, for the script that keeps it up to date."""
    return _live(request, latest_version(request, page_id)).response


def _live(request: HttpRequest, page: Any) -> Fragment:
    """The campaigns that are going out, and the user's own test mails."""
    user: Any = request.user
    tests = list(TestMail.objects.filter(page=page.pk, requested_by=user)[:TESTS_SHOWN])
    under_way = going_out(page.translation_key)
    moving = any(test.state in OPEN_STATES for test in tests) or any(row.moving for row in under_way)
    shown = {"page": page, "tests": tests, "under_way": under_way}
    return fragment(request, "tasks/admin/mail_state.html", shown, moving=moving)


@require_safe
@never_cache
def frame(request: HttpRequest, page_id: int) -> HttpResponse:
    """The mail itself, for the frame in that view."""
    page = latest_version(request, page_id)
    language = _choice(request.GET.get("language"), settings.ANTENNE_NEWSLETTER_LANGUAGES)
    return preview.shown(page, language, _choice(request.GET.get("as"), preview.LOOKS))


@require_POST
def send_test(request: HttpRequest, page_id: int) -> HttpResponse:
    """Send the mail to the user's own address."""
    page = latest_version(request, page_id)
    language = _choice(request.POST.get("language"), settings.ANTENNE_NEWSLETTER_LANGUAGES)
    user: Any = request.user
    if user.email:
        request_test(page, language, user)
        messages.success(request, _("The test mail goes to %(address)s.") % {"address": user.email})
    else:
        messages.error(request, _("Your account has no e-mail address. Enter one in your account first."))
    return redirect("announcements:mail", page.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm(request: HttpRequest, page_id: int) -> HttpResponse:
    """“Send to N people now?” (GET), and publishing the version that was shown (POST)."""
    page = latest_version(request, page_id)
    permissions = page.permissions_for_user(request.user)
    if not permissions.can_publish() or permissions.page_locked():
        raise PermissionDenied
    if not is_to_come(page):
        messages.info(
            request,
            _("Publishing sends no mail: this page was announced already, or it is not to be announced."),
        )
        return redirect("announcements:page", page.pk)
    revision = page.get_latest_revision()
    if request.method == "POST":
        if request.POST.get("revision") == str(revision.pk):
            revision.publish(user=request.user)
            messages.success(request, _("“%(title)s” is published.") % {"title": page.title})
            return redirect("announcements:page", page.pk)
        messages.warning(request, _("The page was changed meanwhile. Please look at it again."))
    numbers = forecasts(page)
    context = {
        "page": page,
        "revision": revision,
        "forecasts": numbers,
        "recipients": sum(number.recipients for number in numbers),
        "undo": settings.ANTENNE_UNDO_SECONDS,
    }
    return render(request, "tasks/admin/confirm.html", context)

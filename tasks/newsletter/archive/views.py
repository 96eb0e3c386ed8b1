"""The archive on the site. Only anonymous visits are counted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from cms.middleware import policy, public_policy
from tasks.newsletter.archive import mails

PER_PAGE = 20


def framed_policy() -> str:
    """Nothing but text, inline styles and pictures, only inside our own page."""
    pictures = next(part for part in public_policy().split("; ") if part.startswith("img-src "))
    return policy(
        default_src="'none'",
        style_src="'unsafe-inline'",
        img_src=pictures.removeprefix("img-src "),
        frame_ancestors="'self'",
        base_uri="'self'",
        form_action="'none'",
    )


def _campaigns() -> Any:
    return mails.archived(get_language() or "")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All mails in the language of the address, newest first."""
    page = Paginator(_campaigns(), PER_PAGE).get_page(request.GET.get("page"))
    entries = [(campaign, mails.title_of(campaign)) for campaign in page]
    return render(request, "tasks/newsletter/archive.html", {"list": page, "entries": entries})


@require_safe
def one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One mail in the site's frame, with its text for those who prefer that."""
    campaign = get_object_or_404(_campaigns(), public_id=public_id)
    parts = mails.read(campaign)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        mails.count_visit(campaign)
    context = {"campaign": campaign, "title": mails.title_of(campaign), "parts": parts}
    return render(request, "tasks/newsletter/archived.html", context)


@require_safe
@xframe_options_sameorigin
def framed(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The HTML of the mail itself, for the frame."""
    parts = mails.read(get_object_or_404(_campaigns(), public_id=public_id))
    if parts is None:
        raise Http404
    headers = {"Content-Security-Policy": framed_policy(), "X-Robots-Tag": "noindex"}
    return HttpResponse(parts.html, headers=headers)

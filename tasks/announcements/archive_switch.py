"""Putting a mail into the public archive or taking it out."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from wagtail.models import Page

from tasks.announcements.actions import may_act
from tasks.newsletter.models import Campaign


@require_POST
def switch(request: HttpRequest, page_id: int) -> HttpResponse:
    """Turn one campaign of the page off or on, for those who may publish what it tells of."""
    page: Page = get_object_or_404(Page, pk=page_id)
    campaign = get_object_or_404(
        Campaign.objects.select_related("version__page"),
        public_id=_public_id(request.POST.get("campaign", "")),
        announcement__translation_key=page.translation_key,
        version__isnull=False,
    )
    if campaign.version is None or not may_act(request.user, campaign.version, page):
        raise PermissionDenied
    Campaign.objects.filter(pk=campaign.pk).update(in_archive=request.POST.get("archive") == "1")
    return redirect("announcements:page", page_id)


def _public_id(sent: str) -> UUID:
    try:
        return UUID(sent)
    except ValueError:
        raise BadRequest("No key: campaign") from None

"""Who may look at what a page says to others."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from wagtail.models import Page

from cms.plugins import registry


def page_to_edit(request: HttpRequest, page_id: int) -> Any:
    """The page as its own type, for those who may edit it."""
    page: Any = get_object_or_404(Page, pk=page_id).specific
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return page


def latest_version(request: HttpRequest, page_id: int) -> Any:
    """The latest version of a page that can be announced, for those who may edit it."""
    page = page_to_edit(request, page_id)
    if type(page) not in registry().announceable_models():
        raise Http404
    return page.get_latest_revision_as_object()

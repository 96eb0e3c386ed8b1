"""The page of the notice board."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tasks.social.models import SocialAccount
from tasks.social.noticeboard.models import Notice

NEWEST = 50


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The newest notices; 404 on a site that does not use the channel."""
    if not SocialAccount.objects.filter(channel="noticeboard").exists():
        raise Http404
    notices = Notice.objects.all()[:NEWEST]
    return render(request, "tasks/social/noticeboard.html", {"notices": notices})

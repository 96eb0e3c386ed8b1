"""What an editor does about one post that was made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.validators import URLValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tasks.announcements import doorbell
from tasks.announcements.access import page_to_edit
from tasks.announcements.actions import may_act
from tasks.social.models import Post
from tasks.social.planning.lines import Line, line_of
from tasks.social.posts.by_hand import mark_posted
from tasks.social.posts.editing import ask_for_edit
from tasks.social.posts.withdrawing import withdraw


class PostedForm(forms.Form):
    """“I have posted it”, and where."""

    posted = forms.BooleanField()
    url = forms.CharField(
        max_length=500, required=False, validators=[URLValidator(schemes=["http", "https"])]
    )


@require_POST
def act(request: HttpRequest, page_id: int) -> HttpResponse:
    """Update, delete, or note that it was posted by hand."""
    page = page_to_edit(request, page_id)
    key = request.POST.get("post", "")
    if not key.isdecimal() or len(key) > 18:
        raise BadRequest("No key: post")
    posts = Post.objects.select_related("account", "version__page")
    with transaction.atomic():
        post = get_object_or_404(posts, pk=int(key), announcement__translation_key=page.translation_key)
        if post.version is None or not may_act(request.user, post.version, page):
            raise PermissionDenied
        _act(request, line_of(post, may_act=True))
    return redirect("announcements:page", page.pk)


def _act(request: HttpRequest, line: Line) -> None:
    steps: dict[str, Any] = {"edit": _edit, "delete": _delete, "posted": _posted}
    step = steps.get(request.POST.get("action", ""))
    if step is None:
        raise BadRequest("This action is not known")
    step(request, line)


def _edit(request: HttpRequest, line: Line) -> None:
    if line.may_edit and ask_for_edit(Post.objects.filter(pk=line.post.pk)):
        _ring()
        messages.success(request, _("The post is brought up to date in a moment."))
    else:
        messages.error(request, _("This post cannot be updated."))


def _delete(request: HttpRequest, line: Line) -> None:
    if line.may_delete and withdraw(Post.objects.filter(pk=line.post.pk)):
        _ring()
        messages.success(request, _("The post is deleted in a moment."))
    else:
        messages.error(request, _("This post cannot be deleted."))


def _posted(request: HttpRequest, line: Line) -> None:
    form = PostedForm(request.POST)
    if "posted" not in form.data:
        messages.error(request, _("Tick “I have posted it” first."))
    elif not form.is_valid():
        messages.error(request, _("The link must begin with https://, or be left empty."))
    elif mark_posted(line.post, form.cleaned_data["url"]):
        messages.success(request, _("Noted as posted."))
    else:
        messages.error(request, _("This post does not wait for you any more."))


def _ring() -> None:
    transaction.on_commit(lambda: doorbell.ring("send_posts"), robust=True)

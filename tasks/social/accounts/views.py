"""Adding and changing an account in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.log_actions import log

from cms.plugins import registry
from tasks.announcements import doorbell
from tasks.announcements.live import Fragment, fragment
from tasks.social.accounts import forms, oauth
from tasks.social.accounts.care import standing_of
from tasks.social.channel import Channel
from tasks.social.errors import ChannelError
from tasks.social.models import SocialAccount

LIST = "tasks_socialaccount_modeladmin_index"


def _allow(request: HttpRequest, action: str) -> None:
    if not request.user.has_perm(f"tasks.{action}_socialaccount"):
        raise PermissionDenied


def _channel(slug: str) -> Channel:
    kind = registry().channels().get(slug)
    if kind is None:
        raise Http404(f"No channel {slug}")
    channel: Channel = kind()
    return channel


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which kind of service."""
    _allow(request, "add")
    kinds = registry().channels().values()
    in_order = sorted(kinds, key=lambda kind: (kind.experimental, str(kind.verbose_name).lower()))
    return render(request, "tasks/admin/accounts/choose.html", {"kinds": in_order})


@never_cache
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """A new account of one kind."""
    _allow(request, "add")
    channel = _channel(slug)
    return _form(request, channel, SocialAccount(channel=slug, **forms.NEW), "wagtail.create")


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """An account as it is."""
    _allow(request, "change")
    account = get_object_or_404(SocialAccount, pk=pk)
    return _form(request, _channel(account.channel), account, "wagtail.edit")


def _form(request: HttpRequest, channel: Channel, account: SocialAccount, action: str) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    general = forms.AccountForm(channel, data, instance=account)
    special = forms.channel_form(channel, account, data)
    if data is not None and all([general.is_valid(), forms.is_valid(special, channel, account)]):
        return _saved(request, channel, general.save(commit=False), special, action)
    context = {"account": account, "channel": channel, "general": general, "special": special}
    if account.pk:
        context["live"] = _live(request, account)
    return render(request, "tasks/admin/accounts/form.html", context, status=200)


@require_safe
@never_cache
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """How the connection stands, for the script that waits for a look at it."""
    _allow(request, "change")
    return _live(request, get_object_or_404(SocialAccount, pk=pk)).response


def _live(request: HttpRequest, account: SocialAccount) -> Fragment:
    shown = {"account": account, "standing": standing_of(account)}
    return fragment(request, "tasks/admin/accounts/state.html", shown, moving=account.is_looked_at)


@transaction.atomic
def _saved(
    request: HttpRequest, channel: Channel, account: SocialAccount, special: Any, action: str
) -> HttpResponse:
    forms.apply(special, channel, account)
    account.save()
    log(account, action, user=request.user)
    transaction.on_commit(lambda: doorbell.ring("care_for_accounts"), robust=True)
    messages.success(request, _("Saved. Its connection is checked within a minute."))
    if channel.capabilities.oauth and not account.credentials.get("access_token"):
        return redirect("social_accounts:edit", account.pk)
    return redirect(LIST)


@require_POST
def connect(request: HttpRequest, pk: int) -> HttpResponse:
    """Off to the service. Some want the site registered first, which is a call within this request."""
    _allow(request, "change")
    account = get_object_or_404(SocialAccount, pk=pk)
    if not _channel(account.channel).capabilities.oauth:
        raise Http404
    try:
        return redirect(oauth.begin(request, account))
    except ChannelError as error:
        messages.error(request, _("The service did not answer as expected: %(error)s") % {"error": error})
        return redirect("social_accounts:edit", pk)


@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the service, by a GET as OAuth has it; the state works once, for this user and session."""
    _allow(request, "change")
    try:
        account = oauth.account_of(request, request.GET.get("state", ""))
    except oauth.StateInvalid:
        messages.error(request, _("This way back is not valid any more. Please connect once more."))
        return redirect(LIST)
    if code := request.GET.get("code", ""):
        _finish(request, account, code)
    else:
        messages.error(request, _("The service gave no consent. Nothing was changed."))
    return redirect("social_accounts:edit", account.pk)


def _finish(request: HttpRequest, account: SocialAccount, code: str) -> None:
    try:
        oauth.finish(request, account, code)
    except ChannelError as error:
        messages.error(request, _("The service did not answer as expected: %(error)s") % {"error": error})
        return
    log(account, "wagtail.edit", user=request.user)
    doorbell.ring("care_for_accounts")
    messages.success(request, _("“%(name)s” is connected.") % {"name": account})


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a look at the connection."""
    _allow(request, "change")
    SocialAccount.objects.filter(pk=get_object_or_404(SocialAccount, pk=pk).pk).update(probed_at=None)
    doorbell.ring("care_for_accounts")
    return redirect(reverse("social_accounts:edit", args=[pk]))

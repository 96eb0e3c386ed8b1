"""The preference centre. GET only shows; who gets a mail forwarded can ask, but never see or change."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tasks.newsletter import links, preferences, settings_mail
from tasks.newsletter.erase import erase as erase_person
from tasks.newsletter.models import LANGUAGES, Standing, Subscriber
from tasks.newsletter.own_data import own_data
from tasks.newsletter.preferences_form import PreferencesForm, SettingsLinkForm
from tasks.newsletter.views import private, show_or_act

# For the consent record; the path itself holds a token.
SOURCE = "/newsletter/preferences/"
View = Callable[[HttpRequest, str, Subscriber], HttpResponse]


def _language() -> str:
    spoken = get_language() or ""
    return spoken if spoken in dict(LANGUAGES) else LANGUAGES[0][0]


def _owner_only(view: View) -> Callable[..., HttpResponse]:
    """Only with a short-lived link, and kept out of caches, search engines and other sites' logs."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        subscriber = links.choosing(token)
        if subscriber is None:
            return private(render(request, "tasks/newsletter/settings_invalid.html", status=404))
        return private(view(request, token, subscriber))

    return never_cache(guarded)


@show_or_act
@never_cache
def change_settings(request: HttpRequest) -> HttpResponse:
    """Ask for the link by address. The answer is the same whether the address is known or not."""
    form = SettingsLinkForm(request.POST or None)
    if not form.is_valid():
        return render(request, "tasks/newsletter/change_settings.html", {"form": form})
    settings_mail.ask_by_address(form.cleaned_data["email"], _language())
    return redirect("newsletter:settings_sent")


@show_or_act
@never_cache
def settings_link(request: HttpRequest, token: str) -> HttpResponse:
    """Where the settings link of every mail leads: it shows nothing and mails the owner (POST)."""
    if not links.is_ours(token, links.SETTINGS_SALT):
        return private(render(request, "tasks/newsletter/settings_invalid.html", status=404))
    if request.method != "POST":
        return private(render(request, "tasks/newsletter/settings_link.html"))
    settings_mail.ask(links.asking(token), _language())
    return redirect("newsletter:settings_sent")


@require_safe
def settings_sent(request: HttpRequest) -> HttpResponse:
    """What to do now."""
    return render(request, "tasks/newsletter/settings_sent.html")


@show_or_act
@_owner_only
def choose(request: HttpRequest, token: str, subscriber: Subscriber) -> HttpResponse:
    """All choices in one form (GET); POST lets them hold."""
    form = PreferencesForm(subscriber, request.POST if request.method == "POST" else None)
    if form.is_valid():
        preferences.change(subscriber, form.choices(), SOURCE)
        return redirect(f"{request.path}?saved")
    return render(request, "tasks/newsletter/preferences.html", _shown(request, token, subscriber, form))


def _shown(request: HttpRequest, token: str, subscriber: Subscriber, form: Any) -> dict[str, Any]:
    return {
        "form": form,
        "token": token,
        "saved": request.method != "POST" and "saved" in request.GET,
        "subscriber": subscriber,
        "active": subscriber.standing == Standing.CONFIRMED,
        "now": preferences.choices_of(subscriber),
    }


@require_POST
@_owner_only
def leave(request: HttpRequest, token: str, subscriber: Subscriber) -> HttpResponse:
    """End the subscription."""
    preferences.leave(subscriber)
    return redirect("newsletter:preferences", token)


@require_safe
@_owner_only
def download(request: HttpRequest, token: str, subscriber: Subscriber) -> HttpResponse:
    """Everything that is stored about the person."""
    pretty = {"indent": 2, "ensure_ascii": False}
    response = JsonResponse(own_data(subscriber), json_dumps_params=pretty)
    response["Content-Disposition"] = 'attachment; filename="newsletter.json"'
    return response


@show_or_act
@_owner_only
def erase(request: HttpRequest, token: str, subscriber: Subscriber) -> HttpResponse:
    """Say what erasing means (GET) or erase (POST)."""
    if request.method == "POST":
        erase_person(subscriber)
        return redirect("newsletter:erased")
    return render(request, "tasks/newsletter/erase.html", {"token": token})


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """The last word."""
    return render(request, "tasks/newsletter/no_mail.html", {"erased": True})

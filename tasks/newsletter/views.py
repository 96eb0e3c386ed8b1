"""Subscribing, confirming, ending. GET only shows: scanners and previews follow every link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from tasks.newsletter import links
from tasks.newsletter import subscribe as domain
from tasks.newsletter.forms import CONSENT, SubscribeForm
from tasks.newsletter.topics import topic_label

show_or_act = require_http_methods(["GET", "HEAD", "POST"])


@show_or_act
@never_cache
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form. The answer is the same for new and known addresses."""
    form = SubscribeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "tasks/newsletter/subscribe.html", {"form": form})
    if not form.is_from_a_program:
        data = form.cleaned_data
        domain.request_subscription(
            data["email"], data["language"], data["topics"], str(CONSENT), request.path
        )
    return redirect("newsletter:check_mail")


@require_safe
def check_mail(request: HttpRequest) -> HttpResponse:
    """What to do now."""
    return render(request, "tasks/newsletter/check_mail.html")


@show_or_act
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is to be confirmed (GET) or confirm it (POST)."""
    wish = links.requested(token)
    if wish is None:
        return render(request, "tasks/newsletter/link_invalid.html", status=404)
    done = request.method == "POST"
    if done:
        domain.confirm(wish)
    context = {"wish": wish, "topics": [topic_label(topic) for topic in wish.topics], "done": done}
    return private(render(request, "tasks/newsletter/confirm.html", context))


@csrf_exempt  # RFC 8058: the mail program posts without cookie or token; the link is the token.
@show_or_act
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask (GET) or end the subscription (POST), also for one-click from mail programs (RFC 8058)."""
    subscriber = links.leaving(token)
    if subscriber is None and links.is_ours(token, links.UNSUBSCRIBE_SALT):
        return private(render(request, "tasks/newsletter/no_mail.html"))
    if subscriber is None:
        return render(request, "tasks/newsletter/link_invalid.html", status=404)
    done = request.method == "POST"
    if done:
        domain.unsubscribe(subscriber)
    context = {"done": done, "settings_path": links.settings_path(subscriber)}
    return private(render(request, "tasks/newsletter/unsubscribe.html", context))


def private(response: HttpResponse) -> HttpResponse:
    """Keep addresses with tokens out of search engines and of other sites' logs.

    Not “no-referrer”: with it, browsers send “Origin: null” with the page's own form, which the
    protection against forged requests has to refuse.
    """
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response

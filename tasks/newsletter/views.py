"""Subscribing, confirming, ending. GET only shows: scanners and previews follow every link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks.newsletter import links, proof
from tasks.newsletter import subscribe as domain
from tasks.newsletter.forms import CONSENT, SubscribeForm
from tasks.newsletter.models import Way
from tasks.newsletter.origin import origin_of
from tasks.newsletter.topics import subject_labels, topic_label

show_or_act = require_http_methods(["GET", "HEAD", "POST"])


@show_or_act
@never_cache
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form. The answer is the same for new and known addresses."""
    form = SubscribeForm(request.POST or None, follow=tuple(request.GET.getlist("subject")))
    if not form.is_valid():
        context = {"form": form, "challenge": proof.challenge()}
        return render(request, "tasks/newsletter/subscribe.html", context)
    if not form.is_from_a_program:
        data = form.cleaned_data
        language = get_language() or data["language"]
        wish = domain.Wish(
            data["language"],
            data["topics"],
            str(CONSENT),
            request.path,
            data["subjects"],
            data["frequency"],
            language,
        )
        domain.ask(data["email"], wish, Way.FORM, origin_of(request), proof.is_proven(data["altcha"]))
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
        old = {"token": token if links.expired(token) else ""}
        return private(render(request, "tasks/newsletter/link_invalid.html", old, status=404))
    done = request.method == "POST"
    if done:
        domain.confirm(wish, origin_of(request))
    context = {
        "wish": wish,
        "topics": [topic_label(topic) for topic in wish.topics],
        "subjects": subject_labels(wish.subjects, get_language() or wish.language),
        "done": done,
    }
    return private(render(request, "tasks/newsletter/confirm.html", context))


@require_POST
@never_cache
def confirm_again(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link in place of one that is too old. The answer is the same in any case."""
    if old := links.expired(token):
        domain.ask_again(old, origin_of(request))
    return redirect("newsletter:check_mail")


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
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        domain.unsubscribe(subscriber, Way.ONE_CLICK if one_click else Way.LINK, origin_of(request))
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

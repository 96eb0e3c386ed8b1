"""The links of the mails, and the forms to write to somebody. GET only shows, POST acts."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from partnerships.models import Partnership
from partnerships.requests import links, public_forms, relay, sending_in, watching
from partnerships.requests.addresses import list_path
from partnerships.requests.choices import NoticeStatus
from partnerships.requests.limits import proof
from partnerships.requests.models import Notice, NoticeWatch, RelayMessage

show_or_act = require_http_methods(["GET", "HEAD", "POST"])
ENDS = {"matched": NoticeStatus.MATCHED, "withdraw": NoticeStatus.WITHDRAWN}


@require_safe
@never_cache
def challenge(request: HttpRequest) -> HttpResponse:
    """A new challenge for a form that was open for long."""
    return JsonResponse(proof.challenge())


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What to do now."""
    return _show(request, "sent")


@show_or_act
@never_cache
def confirm_notice(request: HttpRequest, token: str) -> HttpResponse:
    """Show the request that is to be confirmed (GET) or confirm it (POST)."""
    notice = Notice.objects.filter(public_id=links.read("confirm_notice", token) or "").first()
    if notice is None:
        return _invalid(request)
    done = request.method == "POST"
    if done:
        sending_in.confirm(notice)
    return _show(request, "confirm_notice", notice=notice, done=done)


@show_or_act
@never_cache
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """For the sender: extend the request, or say that it is over."""
    notice = Notice.objects.with_page().filter(public_id=links.read("manage", token) or "").first()
    if notice is None:
        return _invalid(request)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "extend":
        sending_in.extend(notice)
    elif act in ENDS:
        sending_in.end(notice, ENDS[act])
    notice.refresh_from_db()
    may_act = notice.status in (NoticeStatus.OPEN, NoticeStatus.EXPIRED)
    return _show(request, "manage", notice=notice, done=bool(act), may_act=may_act)


@show_or_act
@never_cache
def write_to_notice(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form to write to whoever sent the request in."""
    notice = get_object_or_404(Notice.objects.open(), public_id=public_id)
    return public_forms.write_to_notice(request, notice)


@show_or_act
@never_cache
def write_to_partnership(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form to write to the partnership's associations."""
    partnership = get_object_or_404(Partnership.objects.listed().with_members(), public_id=public_id)
    contacts = list(relay.contacts(partnership))
    if not contacts:
        raise Http404
    return public_forms.write_to_partnership(request, partnership, contacts)


@show_or_act
@never_cache
def confirm_message(request: HttpRequest, token: str) -> HttpResponse:
    """Show the message that is to be passed on (GET) or pass it on (POST)."""
    found = RelayMessage.objects.filter(public_id__in=_ids("confirm_message", token), forgotten_at=None)
    message = found.first()
    if message is None:
        return _invalid(request)
    outcome = relay.confirm(message).value if request.method == "POST" else ""
    return _show(request, "confirm_message", message=message, outcome=outcome)


@show_or_act
@never_cache
def confirm_watch(request: HttpRequest, token: str) -> HttpResponse:
    """Show the search that is to be confirmed (GET) or confirm it (POST)."""
    found = NoticeWatch.objects.filter(public_id__in=_ids("confirm_watch", token))
    watch = found.select_related("topic").first()
    if watch is None:
        return _invalid(request)
    done = request.method == "POST"
    if done:
        watching.confirm(watch)
    return _show(request, "confirm_watch", watch=watch, done=done)


@csrf_exempt  # RFC 8058: the mail program posts without cookie or token; the link is the token.
@show_or_act
@never_cache
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Ask (GET) or end the search (POST), also for one-click from mail programs (RFC 8058)."""
    public_id = links.read("leave", token)
    if public_id is None:
        return _invalid(request)
    done = request.method == "POST"
    if done:
        watching.leave(public_id)
    return _show(request, "leave", done=done)


def _ids(view: str, token: str) -> list[UUID]:
    """The id that the token carries, if it is one of ours."""
    public_id = links.read(view, token)
    return [UUID(public_id)] if public_id else []


def _invalid(request: HttpRequest) -> HttpResponse:
    return _show(request, "link_invalid", status=404)


def _show(request: HttpRequest, name: str, status: int = 200, **context: object) -> HttpResponse:
    """A page that keeps addresses with tokens out of search engines and of other sites' logs."""
    context["list_url"] = list_path(get_language() or "de")
    response = render(request, f"partnerships/requests/{name}.html", context, status=status)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response

"""What the public forms do with what they get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from cms.clients import client_address
from partnerships.models import ContactPoint, Partnership
from partnerships.requests import relay, sending_in, watching
from partnerships.requests.forms import ContactForm, GuardedForm, MessageForm, NoticeForm, WatchForm
from partnerships.requests.limits import over_limit, proof
from partnerships.requests.models import Notice
from partnerships.requests.page import RequestsPage


def take_notice(page: RequestsPage, request: HttpRequest) -> HttpResponse:
    """The form to send a request in."""
    form = NoticeForm(request.POST or None)
    context = {"page": page, "form": form}
    return answer(request, "partnerships/requests/new.html", context, lambda: _submit(form))


def _submit(form: NoticeForm) -> None:
    sending_in.submit(form.record(), list(form.cleaned_data["topics"]))


def take_watch(page: RequestsPage, request: HttpRequest) -> HttpResponse:
    """The form to be told of new requests, filled in as the list was filtered."""
    form = WatchForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    context = {"page": page, "form": form}
    return answer(request, "partnerships/requests/watch.html", context, lambda: _watch(form))


def _watch(form: WatchForm) -> None:
    watching.ask(form.record())


def write_to_notice(request: HttpRequest, notice: Notice) -> HttpResponse:
    """The form to write to whoever sent a request in."""
    form = MessageForm(request.POST or None)
    context = {"form": form, "target": notice.title()}
    return answer(
        request,
        "partnerships/requests/write.html",
        context,
        lambda: relay.write(form.record(), notice=notice),
    )


def write_to_partnership(
    request: HttpRequest, partnership: Partnership, contacts: list[ContactPoint]
) -> HttpResponse:
    """The form to write to one of the partnership's associations."""
    by_association: dict[str, ContactPoint] = {}
    for contact in contacts:
        by_association.setdefault(str(contact.association_id), contact)
    names = [(key, contact.association.name) for key, contact in by_association.items()]
    form = ContactForm(request.POST or None, associations=names)
    context = {"form": form, "target": partnership.title()}
    return answer(
        request,
        "partnerships/requests/write.html",
        context,
        lambda: relay.write(
            form.record(), partnership=partnership, contact=by_association[form.cleaned_data["association"]]
        ),
    )


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], act: Callable[[], object]
) -> HttpResponse:
    """Show the form, or act on it within the limits. Programs get the same answer as people."""
    form: GuardedForm = context["form"]
    status = 200
    if request.method == "POST" and form.is_valid():
        if form.is_from_a_program:
            return redirect("requests:sent")
        proven = proof.is_proven(form.cleaned_data["altcha"])
        address = form.cleaned_data["email"]
        if not over_limit(type(form).__name__, address, client_address(request), proven=proven):
            act()
            return redirect("requests:sent")
        form.add_error(None, _("This form was used too often within an hour. Please try again later."))
        status = 429
    return TemplateResponse(request, template, {**context, "challenge": proof.challenge()}, status=status)

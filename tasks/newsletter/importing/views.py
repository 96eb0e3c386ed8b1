"""Importing subscribers in the admin: upload, columns, check, import, outcome."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks.announcements.live import Fragment, fragment
from tasks.newsletter.importing import steps
from tasks.newsletter.importing.archive import FileUnreadable
from tasks.newsletter.importing.cells import escaped
from tasks.newsletter.importing.columns_form import ColumnsForm
from tasks.newsletter.importing.exporting import lines
from tasks.newsletter.importing.formats import Format
from tasks.newsletter.importing.outcomes import Outcome
from tasks.newsletter.importing.progress import counts_of, progress_of
from tasks.newsletter.importing.report import MAX_LISTED
from tasks.newsletter.importing.stored import store
from tasks.newsletter.importing.work import LISTED
from tasks.newsletter.models.imports import ImportState, ImportUpload, SubscriberImport

SHOWN = 50
"""Problems in the view itself; the file for download has more."""
show_or_post = require_http_methods(["GET", "HEAD", "POST"])


def may_import(user: Any) -> bool:
    """Whether the user may enter people and change where they stand: an import does both."""
    return bool(user.has_perm("tasks.add_subscriber") and user.has_perm("tasks.change_subscriber"))


def may_export(user: Any) -> bool:
    """Whether the user may see subscribers at all."""
    return bool(user.has_perm("tasks.view_subscriber") or user.has_perm("tasks.change_subscriber"))


def _import(request: HttpRequest, public_id: Any) -> SubscriberImport:
    _allow(request)
    return get_object_or_404(SubscriberImport, public_id=public_id)


def _allow(request: HttpRequest) -> None:
    if not may_import(request.user):
        raise PermissionDenied


class UploadForm(forms.Form):
    """The file, and where it comes from."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,  # ``store`` says it in our words
        help_text=gettext_lazy(
            "A table (CSV) with one person a line, the export of listmonk, or the zip file of a Mailchimp "
            "audience as it is. Up to 20 MB. Nothing is imported yet."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.zip"}),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        required=False,
        choices=[("", gettext_lazy("found out by itself")), *Format.choices],
        help_text=gettext_lazy("Choose one only if it was not recognised."),
    )


@show_or_post
@never_cache
def upload(request: HttpRequest) -> HttpResponse:
    """The form for a file (GET), and keeping it (POST)."""
    _allow(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = store(form.cleaned_data["file"], request.user, form.cleaned_data["format"])
        except FileUnreadable as error:
            form.add_error("file", str(error))
        else:
            return redirect("imports:columns", row.public_id)
    return render(request, "tasks/admin/import_upload.html", {"form": form, "step": 1})


@show_or_post
@never_cache
def columns(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Which column is what (GET), and asking for the check (POST)."""
    row = _import(request, public_id)
    if row.state not in (ImportState.UPLOADED, ImportState.CHECKED):
        return redirect("imports:show", row.public_id)
    stored = get_object_or_404(ImportUpload, subscriber_import=row)
    form = ColumnsForm(request.POST or None, instance=row, tables=stored.tables)
    if request.method == "POST" and form.is_valid():
        if not steps.start_check(form.save(commit=False)):
            messages.warning(request, _("Somebody else has gone on with this import."))
        return redirect("imports:show", row.public_id)
    return render(request, "tasks/admin/import_columns.html", {"form": form, "row": row, "step": 2})


@require_safe
@never_cache
def show(request: HttpRequest, public_id: Any) -> HttpResponse:
    """How far it is, what the check found, or what came of it."""
    row = _import(request, public_id)
    if row.state == ImportState.UPLOADED:
        return redirect("imports:columns", row.public_id)
    return render(request, "tasks/admin/import.html", {"row": row, "live": _live(request, row)})


@require_safe
@never_cache
def state(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The part that changes by itself, for the script that keeps the view up to date."""
    return _live(request, _import(request, public_id)).response


def _live(request: HttpRequest, row: SubscriberImport) -> Fragment:
    problems = row.report.get("problems", [])
    shown = {
        "row": row,
        "progress": progress_of(row),
        "counts": counts_of(row),
        "problems": problems[:SHOWN],
        "more": row.report.get("faulty", 0) - len(problems[:SHOWN]),
        "several": len(row.report.get("columns", {})) > 1,
        "listed": LISTED,
        "unchanged": MAX_LISTED,
    }
    return fragment(request, "tasks/admin/import_state.html", shown, moving=row.working)


@require_POST
def run(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Import what the check showed."""
    row = _import(request, public_id)
    if not steps.start_writing(row, request.POST.get("checked", "")):
        messages.warning(request, _("The import was changed meanwhile. Please look at it again."))
    return redirect("imports:show", row.public_id)


@require_POST
def cancel(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Stop, and delete the file."""
    row = _import(request, public_id)
    if steps.cancel(row):
        messages.success(request, _("The import is cancelled and the file deleted."))
    else:
        messages.warning(request, _("The import was over already."))
    return redirect("imports:show", row.public_id)


@require_safe
@never_cache
def problems(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Faults and lines that change nothing, as a table. It names lines and no addresses."""
    row = _import(request, public_id)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([_("file"), _("line"), _("column"), _("what the fault is")])
    for fault in row.report.get("problems", []):
        cells = (fault["file"], str(fault["line"]), fault["column"], fault["message"])
        writer.writerow([escaped(cell) for cell in cells])
    for line in row.report.get("skipped", []):
        said = _("nothing changes: %(reason)s") % {"reason": Outcome(line["reason"]).label}
        writer.writerow([escaped(line["file"]), str(line["line"]), "", said])
    # With a mark, because a spreadsheet takes the file for Windows-1252 without it.
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{row.pk}.csv"'
    return response


@require_safe
@never_cache
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Everybody, with all that the import reads again."""
    if not may_export(request.user):
        raise PermissionDenied
    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    name = f"subscribers-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


app_name = "imports"
urlpatterns = [
    path("new/", upload, name="upload"),
    path("export/", export, name="export"),
    path("<uuid:public_id>/", show, name="show"),
    path("<uuid:public_id>/columns/", columns, name="columns"),
    path("<uuid:public_id>/state/", state, name="state"),
    path("<uuid:public_id>/run/", run, name="run"),
    path("<uuid:public_id>/cancel/", cancel, name="cancel"),
    path("<uuid:public_id>/problems/", problems, name="problems"),
]

"""The calendar: a month as a table, a list of days on a phone."""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.permission_policies.pages import PagePermissionPolicy

from tasks.social.planning.agenda import MOST, Entry, agenda

YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Day:
    """A day and what happens on it."""

    day: date
    in_month: bool
    is_today: bool
    entries: list[Entry]


@require_safe
@never_cache
def month(request: HttpRequest) -> HttpResponse:
    """One month; the present one unless ``?month=2026-11`` says otherwise."""
    if not PagePermissionPolicy().user_has_permission(request.user, "change"):
        raise PermissionDenied
    first = _first(request.GET.get("month", ""))
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    found = agenda(request.user, _midnight(weeks[0][0]), _midnight(weeks[-1][-1] + timedelta(days=1)))
    by_day: defaultdict[date, list[Entry]] = defaultdict(list)
    for entry in found.entries:
        by_day[timezone.localtime(entry.at).date()].append(entry)
    today = timezone.localdate()
    context = {
        "first": first,
        "cut": found.cut,
        "most": MOST,
        "previous": first - timedelta(days=1),
        "next": first + timedelta(days=31),
        "weekdays": weeks[0],
        "weeks": [
            [Day(day, day.month == first.month, day == today, by_day[day]) for day in week] for week in weeks
        ],
    }
    return render(request, "tasks/admin/calendar.html", context)


def _first(asked: str) -> date:
    if not asked:
        return timezone.localdate().replace(day=1)
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", asked)
    if found is None or int(found[1]) not in YEARS:
        raise Http404
    return date(int(found[1]), int(found[2]), 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))

"""The finder: the form, the answers in order, and what the page shows of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from partnerships.domain.presentation import NBSP, grouped
from partnerships.funding.choices import Ages, Applicant, Country, DeadlineKind, Purpose
from partnerships.funding.models import FundingDeadline, FundingProgramme
from partnerships.funding.rules import Answer, Fit, Wish, answer

MOST_PEOPLE = 100_000


class FinderForm(forms.Form):
    """A GET form. What makes no sense is an error at its field, and ignored."""

    who = forms.ChoiceField(label=gettext_lazy("Who you are"), required=False)
    purpose = forms.ChoiceField(label=gettext_lazy("Kind of project"), required=False)
    people = forms.IntegerField(
        label=gettext_lazy("How many people take part"), required=False, min_value=1, max_value=MOST_PEOPLE
    )
    young = forms.IntegerField(
        label=gettext_lazy("How many of them are children or young people"),
        required=False,
        min_value=0,
        max_value=MOST_PEOPLE,
    )
    begins = forms.DateField(
        label=gettext_lazy("When the project begins"),
        required=False,
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    country = forms.ChoiceField(label=gettext_lazy("Where you are"), required=False)

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query, auto_id="funding-%s", use_required_attribute=False, label_suffix="")
        for name, options in (("who", Applicant), ("purpose", Purpose), ("country", Country)):
            field: Any = self.fields[name]
            field.choices = [("", "–"), *options.choices]

    def clean_begins(self) -> date | None:
        """A day that has passed is a slip."""
        begins: date | None = self.cleaned_data["begins"]
        if begins and begins < timezone.localdate():
            raise ValidationError(_("This day has passed."))
        return begins

    def clean(self) -> dict[str, Any]:
        """No more young people than people."""
        cleaned = super().clean() or {}
        people, young = cleaned.get("people"), cleaned.get("young")
        if people is not None and young is not None and young > people:
            self.add_error("young", _("These are more than take part."))
        return cleaned

    def wish(self) -> Wish:
        """The valid part of what was asked."""
        self.is_valid()
        return Wish(**{name: value for name, value in self.cleaned_data.items() if value not in ("", None)})


@dataclass(frozen=True, slots=True)
class Card:
    """One programme as the page shows it."""

    answer: Answer
    name: str
    text: str
    fit: str
    facts: list[tuple[str, str]]
    is_stale: bool


FITS = {
    Fit.YES: pgettext_lazy("funding programme", "fits"),
    Fit.MAYBE: pgettext_lazy("funding programme", "may fit"),
    Fit.NO: pgettext_lazy("funding programme", "does not fit"),
}


def answers(wish: Wish, today: date) -> list[Answer]:
    """All programmes that are shown: what fits best first, then what is due first."""
    listed = FundingProgramme.objects.filter(is_listed=True).prefetch_related("deadlines")
    found = [answer(programme, wish, today) for programme in listed]
    return sorted(found, key=_rank)


def _rank(one: Answer) -> tuple[Fit, date, int, str]:
    """Of equals the one of which more is known stands first."""
    doubts = sum(reason.fit == Fit.MAYBE for reason in one.reasons)
    return one.fit, one.due.on or date.max, doubts, one.programme.name().casefold()


def finder_context(query: QueryDict) -> dict[str, Any]:
    """What the template needs."""
    form, today = FinderForm(query), timezone.localdate()
    wish = form.wish()
    cards = [_card(one, today) for one in answers(wish, today)]
    return {"form": form, "cards": cards, "is_asked": wish != Wish()}


def _card(one: Answer, today: date) -> Card:
    programme = one.programme
    return Card(
        answer=one,
        name=programme.name(),
        text=programme.text(),
        fit=str(FITS[one.fit]),
        facts=list(facts(programme)),
        is_stale=programme.is_stale(today),
    )


def facts(programme: FundingProgramme) -> Iterator[tuple[str, str]]:
    """The record in words. What is not known is said to be so."""
    unknown = _("not recorded here; see the funder's page")
    yield _("Funder"), programme.funder
    for label, keys, options in (
        (_("Who may apply"), programme.applicants, Applicant),
        (_("What for"), programme.purposes, Purpose),
        (_("Ages"), programme.ages, Ages),
        (_("Countries"), programme.countries, Country),
    ):
        yield label, "; ".join(str(options(key).label) for key in keys) or unknown
    yield _("People"), _span(programme.people_min, programme.people_max) or unknown
    yield _("Amount"), _amount(programme) or unknown
    deadlines = [deadline_words(deadline) for deadline in programme.deadlines.all()]
    yield _("Deadlines"), "; ".join(deadlines) or unknown


def _span(low: int | None, high: int | None, unit: str = "") -> str:
    shown = {"low": f"{grouped(low or 0)}{unit}", "high": f"{grouped(high or 0)}{unit}"}
    if low is not None and high is not None:
        return _("%(low)s to %(high)s") % shown
    if low is not None:
        return _("from %(low)s") % shown
    return _("up to %(high)s") % shown if high is not None else ""


def _amount(programme: FundingProgramme) -> str:
    amount = _span(programme.amount_min, programme.amount_max, f"{NBSP}€")
    parts = [f"{amount} {programme.get_counted_by_display()}".strip()] if amount else []
    if programme.share_max:
        parts.append(_("at most %(share)s of the costs") % {"share": f"{programme.share_max}{NBSP}%"})
    return ", ".join(parts)


def deadline_words(deadline: FundingDeadline) -> str:
    """“Every year on 1 March” and the like."""
    if deadline.kind == DeadlineKind.DATED and deadline.day:
        return date_format(deadline.day, "DATE_FORMAT")
    if deadline.kind == DeadlineKind.YEARLY and deadline.month and deadline.day_of_month:
        day = date(2024, deadline.month, deadline.day_of_month)
        return _("every year on %(day)s") % {"day": date_format(day, "MONTH_DAY_FORMAT")}
    if deadline.kind == DeadlineKind.BEFORE:
        words = ngettext(
            "%(weeks)s week before the project begins",
            "%(weeks)s weeks before the project begins",
            deadline.weeks or 0,
        )
        return words % {"weeks": deadline.weeks}
    return _("at any time")

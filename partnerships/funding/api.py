"""Funding programmes in the delivery API, with the parameters of the page."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja import Field, Query, Router, Schema

from cms.api.errors import BadParameter
from cms.api.schemas import Problem
from partnerships.funding.choices import Applicant, Country, Purpose
from partnerships.funding.finder import MOST_PEOPLE, answers
from partnerships.funding.rules import Answer, Wish

funding = Router(tags=["funding"])
FITS = ("fits", "may_fit", "does_not_fit")


class FinderQuery(Schema):
    """What is planned. What is left out is not judged."""

    who: Applicant | None = None
    purpose: Purpose | None = None
    people: int | None = Field(None, ge=1, le=MOST_PEOPLE)
    young: int | None = Field(None, ge=0, le=MOST_PEOPLE, description="how many of them are young")
    begins: date | None = Field(None, description="first day of the project, from today on")
    country: Country | None = None
    locale: Literal["de", "fr", "en"] = Field("en", description="of names and reasons")

    def wish(self) -> Wish:
        """400 for what makes no sense together."""
        if self.begins and self.begins < timezone.localdate():
            raise BadParameter("begins", "this day has passed")
        if self.people is not None and self.young is not None and self.young > self.people:
            raise BadParameter("young", "is more than people")
        known = self.dict(exclude={"locale"}, exclude_none=True)
        return Wish(**known)


class ReasonOut(Schema):
    """What one condition says."""

    rule: str
    fit: Literal["fits", "may_fit", "does_not_fit"]
    text: str


class DeadlineOut(Schema):
    """A deadline as recorded; what its kind does not need is null."""

    kind: str
    day: date | None
    month: int | None
    day_of_month: int | None
    weeks: int | None


class ProgrammeOut(Schema):
    """A programme, and whether it fits. Empty lists and null mean: not recorded."""

    key: str
    name: str
    text: str
    funder: str
    fit: Literal["fits", "may_fit", "does_not_fit"]
    reasons: list[ReasonOut]
    next_deadline: date | None
    deadlines: list[DeadlineOut]
    applicants: list[str]
    purposes: list[str]
    ages: list[str]
    countries: list[str]
    people_min: int | None
    people_max: int | None
    amount_min: int | None
    amount_max: int | None
    counted_by: str
    share_max: int | None
    status: str
    url: str
    licence: str
    checked_on: date | None
    is_stale: bool


class ProgrammeList(Schema):
    """All programmes, what fits best first."""

    count: int
    items: list[ProgrammeOut]


@funding.get("", response={200: ProgrammeList, 400: Problem}, summary="Funding programmes that fit")
def funding_programmes(request: HttpRequest, query: Query[FinderQuery]) -> Any:
    """Every programme, judged by what is asked, with the reasons."""
    today = timezone.localdate()
    with override(query.locale):
        items = [_document(one, today) for one in answers(query.wish(), today)]
    return {"count": len(items), "items": items}


COPIED = (
    *("key", "funder", "applicants", "purposes", "ages", "countries", "people_min", "people_max"),
    *("amount_min", "amount_max", "counted_by", "share_max", "url", "licence", "checked_on"),
)


def _document(one: Answer, today: date) -> dict[str, Any]:
    programme = one.programme
    return {
        **{name: getattr(programme, name) for name in COPIED},
        "name": programme.name(),
        "text": programme.text(),
        "fit": FITS[one.fit],
        "reasons": [
            {"rule": reason.rule, "fit": FITS[reason.fit], "text": reason.text} for reason in one.reasons
        ],
        "next_deadline": one.due.on if one.due.on and one.due.on >= today else None,
        "deadlines": list(programme.deadlines.all()),
        "status": programme.condition,
        "is_stale": programme.is_stale(today),
    }

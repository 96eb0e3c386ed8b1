"""Whether a programme fits a project: each condition alone, with its reason in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.funding.choices import Ages, Applicant, Condition, Country, Purpose
from partnerships.funding.deadlines import Due, State, next_due

if TYPE_CHECKING:
    from partnerships.funding.models import FundingProgramme


class Fit(IntEnum):
    """How well, the best first."""

    YES = 0
    MAYBE = 1
    NO = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked. What is empty was not said, and is not judged."""

    who: str = ""
    people: int | None = None
    young: int | None = None
    begins: date | None = None
    purpose: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one condition says. ``rule`` names it for programs."""

    rule: str
    fit: Fit
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A programme with all reasons. It fits as well as the worst of them."""

    programme: FundingProgramme
    fit: Fit
    reasons: list[Reason]
    due: Due


def answer(programme: FundingProgramme, wish: Wish, today: date) -> Answer:
    """Judge one programme."""
    due = next_due(programme.rules(), today, wish.begins)
    reasons = list(_reasons(programme, wish, due, today))
    return Answer(programme, max((reason.fit for reason in reasons), default=Fit.YES), reasons, due)


def _reasons(programme: FundingProgramme, wish: Wish, due: Due, today: date) -> Iterator[Reason]:
    yield from condition(programme)
    yield from listed("who", programme.applicants, wish.who, Applicant)
    yield from listed("purpose", programme.purposes, wish.purpose, Purpose)
    yield from listed("country", programme.countries, wish.country, Country)
    yield from ages(programme, wish)
    yield from size(programme, wish)
    yield from deadline(due, wish, today)


def condition(programme: FundingProgramme) -> Iterator[Reason]:
    """Only an open programme takes applications."""
    if programme.condition == Condition.PAUSED:
        yield Reason("status", Fit.NO, _("Paused: no applications are taken at present."))
    elif programme.condition == Condition.ENDED:
        yield Reason("status", Fit.NO, _("The programme has ended."))


def listed(rule: str, known: list[str], wanted: str, options: type[TextChoices]) -> Iterator[Reason]:
    """Who, for what, and where: one of those named."""
    if not wanted:
        return
    label = {"label": options(wanted).label}
    if not known:
        texts = {
            "who": _("Who may apply is not recorded here; ask the funder."),
            "purpose": _("Which projects are funded is not recorded here; ask the funder."),
            "country": _("From which country one may apply is not recorded here; ask the funder."),
        }
        yield Reason(rule, Fit.MAYBE, texts[rule])
    elif wanted in known:
        texts = {
            "who": _("May apply: %(label)s."),
            "purpose": _("Is funded: %(label)s."),
            "country": _("May apply from: %(label)s."),
        }
        yield Reason(rule, Fit.YES, texts[rule] % label)
    else:
        texts = {
            "who": _("May not apply: %(label)s."),
            "purpose": _("Is not funded: %(label)s."),
            "country": _("May not apply from: %(label)s."),
        }
        yield Reason(rule, Fit.NO, texts[rule] % label)


def ages(programme: FundingProgramme, wish: Wish) -> Iterator[Reason]:
    """Whether young people, adults or both are paid for."""
    if wish.young is None:
        return
    adults = None if wish.people is None else wish.people - wish.young
    if not programme.ages:
        yield Reason("ages", Fit.MAYBE, _("For which ages is not recorded here; ask the funder."))
    elif Ages.YOUNG not in programme.ages:
        yield _adults_only(wish.young, adults)
    elif Ages.ADULTS in programme.ages:
        yield Reason("ages", Fit.YES, _("For young people and adults."))
    elif wish.young == 0:
        yield Reason("ages", Fit.NO, _("For children and young people only."))
    elif adults:
        yield Reason("ages", Fit.MAYBE, _("Only the children and young people count, not the adults."))
    else:
        yield Reason("ages", Fit.YES, _("For children and young people."))


def _adults_only(young: int, adults: int | None) -> Reason:
    if young == 0:
        return Reason("ages", Fit.YES, _("For adults."))
    if adults == 0:
        return Reason("ages", Fit.NO, _("For adults only."))
    return Reason("ages", Fit.MAYBE, _("Only the adults count."))


def size(programme: FundingProgramme, wish: Wish) -> Iterator[Reason]:
    """Whether as many people come as it asks for; where only the young are paid for, these count."""
    number = counted(programme, wish)
    if number is None:
        return
    low, high = programme.people_min, programme.people_max
    if low is None and high is None:
        yield Reason("size", Fit.MAYBE, _("How many people it takes is not recorded here; ask the funder."))
    elif low is not None and number < low:
        words = ngettext("At least %(number)s person.", "At least %(number)s people.", low)
        yield Reason("size", Fit.NO, words % {"number": low})
    elif high is not None and number > high:
        words = ngettext("At most %(number)s person.", "At most %(number)s people.", high)
        yield Reason("size", Fit.NO, words % {"number": high})
    else:
        yield Reason("size", Fit.YES, _("The size of the group is right."))


def counted(programme: FundingProgramme, wish: Wish) -> int | None:
    """The people that matter to it; None where that was not said."""
    if programme.ages == [Ages.YOUNG] and wish.young is not None:
        return wish.young
    return wish.people


def deadline(due: Due, wish: Wish, today: date) -> Iterator[Reason]:
    """Whether there is time, by today's date and that of the project."""
    if wish.begins is not None and wish.begins < today:
        yield Reason("deadline", Fit.NO, _("The day on which the project begins has passed."))
        return
    day = {"day": date_format(due.on, "DATE_FORMAT")} if due.on else {}
    fit = {State.OPEN: Fit.YES, State.TOO_LATE: Fit.NO}.get(due.state, Fit.MAYBE)
    yield Reason("deadline", fit, _deadline_words(due, is_dated=bool(due.on)) % day)


def _deadline_words(due: Due, *, is_dated: bool) -> str:
    if due.state == State.OPEN:
        return _("Apply by %(day)s.") if is_dated else _("Not bound to one date.")
    if due.state == State.TOO_LATE:
        return _("Too late for this project: the deadline is %(day)s.")
    if due.state == State.PASSED:
        return _("The last deadline known, %(day)s, has passed; ask for the next.")
    return _("No deadline is recorded here; ask the funder.")

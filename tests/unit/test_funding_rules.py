"""Each condition of a funding programme alone, and the arithmetic of its deadlines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from partnerships.funding.deadlines import Due, Rule, State, coming, next_due
from partnerships.funding.rules import Fit, Wish, answer
from partnerships.models import FundingDeadline
from tests.factories.funding import programme

TODAY = date(2026, 11, 25)
ROLLING = {"kind": "rolling"}


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def yearly(month: int, day: int) -> Rule:
    return Rule("yearly", month=month, day_of_month=day)


@pytest.mark.parametrize(
    ("rule", "today", "begins", "expected"),
    [
        (Rule("dated", day=date(2026, 11, 25)), TODAY, None, Due(State.OPEN, date(2026, 11, 25))),
        (Rule("dated", day=date(2026, 11, 24)), TODAY, None, Due(State.PASSED, date(2026, 11, 24))),
        (Rule("dated", day=date(2027, 5, 2)), TODAY, date(2027, 5, 1), Due(State.TOO_LATE, date(2027, 5, 2))),
        (Rule("dated", day=date(2027, 5, 1)), TODAY, date(2027, 5, 1), Due(State.OPEN, date(2027, 5, 1))),
        (yearly(11, 25), TODAY, None, Due(State.OPEN, date(2026, 11, 25))),
        (yearly(11, 24), TODAY, None, Due(State.OPEN, date(2027, 11, 24))),
        (yearly(12, 31), date(2026, 12, 31), None, Due(State.OPEN, date(2026, 12, 31))),
        (yearly(1, 1), date(2026, 12, 31), None, Due(State.OPEN, date(2027, 1, 1))),
        (yearly(3, 1), TODAY, date(2027, 2, 1), Due(State.TOO_LATE, date(2027, 3, 1))),
        (yearly(2, 29), TODAY, None, Due(State.OPEN, date(2027, 2, 28))),
        (yearly(2, 29), date(2027, 3, 1), None, Due(State.OPEN, date(2028, 2, 29))),
        (yearly(2, 29), date(2028, 2, 29), None, Due(State.OPEN, date(2028, 2, 29))),
        (Rule("before", weeks=8), TODAY, date(2027, 1, 20), Due(State.OPEN, date(2026, 11, 25))),
        (Rule("before", weeks=8), TODAY, date(2027, 1, 19), Due(State.TOO_LATE, date(2026, 11, 24))),
        (Rule("before", weeks=4), date(2028, 1, 1), date(2028, 3, 28), Due(State.OPEN, date(2028, 2, 29))),
        (Rule("before", weeks=4), TODAY, None, Due(State.OPEN)),
        (Rule("rolling"), TODAY, date(2027, 1, 1), Due(State.OPEN)),
        (Rule("rolling"), TODAY, date(2026, 11, 24), Due(State.TOO_LATE)),
    ],
)
def test_one_deadline(rule: Rule, today: date, begins: date | None, expected: Due) -> None:
    assert next_due([rule], today, begins) == expected


def test_of_several_deadlines_the_next_that_is_in_time_counts() -> None:
    rules = [Rule("dated", day=date(2026, 1, 1)), yearly(9, 1), yearly(3, 1)]
    assert next_due(rules, TODAY) == Due(State.OPEN, date(2027, 3, 1))
    assert next_due([], TODAY) == Due(State.UNKNOWN)


def test_a_calendar_gets_what_is_to_come() -> None:
    assert list(coming(yearly(2, 29), TODAY)) == [date(2027, 2, 28), date(2028, 2, 29)]
    assert list(coming(Rule("dated", day=date(2026, 11, 24)), TODAY)) == []
    assert list(coming(Rule("before", weeks=3), TODAY)) == []


@pytest.mark.parametrize(
    ("known", "wish", "rule", "expected"),
    [
        ({"applicants": ["association"]}, {"who": "association"}, "who", Fit.YES),
        ({"applicants": ["school"]}, {"who": "association"}, "who", Fit.NO),
        ({}, {"who": "association"}, "who", Fit.MAYBE),
        ({"purposes": ["youth"]}, {"purpose": "youth"}, "purpose", Fit.YES),
        ({"purposes": ["youth"]}, {"purpose": "meeting"}, "purpose", Fit.NO),
        ({}, {"purpose": "meeting"}, "purpose", Fit.MAYBE),
        ({"countries": ["FR"]}, {"country": "FR"}, "country", Fit.YES),
        ({"countries": ["FR"]}, {"country": "DE"}, "country", Fit.NO),
        ({}, {"country": "DE"}, "country", Fit.MAYBE),
        ({"people_min": 20}, {"people": 20}, "size", Fit.YES),
        ({"people_min": 20}, {"people": 19}, "size", Fit.NO),
        ({"people_max": 20}, {"people": 20}, "size", Fit.YES),
        ({"people_max": 20}, {"people": 21}, "size", Fit.NO),
        ({}, {"people": 20}, "size", Fit.MAYBE),
        ({"people_min": 10, "ages": ["young"]}, {"people": 12, "young": 9}, "size", Fit.NO),
        ({"ages": ["young"], "people_min": 1}, {"people": 20, "young": 20}, "ages", Fit.YES),
        ({"ages": ["young"]}, {"people": 24, "young": 20}, "ages", Fit.MAYBE),
        ({"ages": ["young"]}, {"people": 24, "young": 0}, "ages", Fit.NO),
        ({"ages": ["adults"]}, {"people": 24, "young": 24}, "ages", Fit.NO),
        ({"ages": ["adults"]}, {"people": 24, "young": 4}, "ages", Fit.MAYBE),
        ({"ages": ["adults"], "people_min": 1}, {"people": 24, "young": 0}, "ages", Fit.YES),
        ({"ages": ["young", "adults"]}, {"young": 4}, "ages", Fit.YES),
        ({}, {"young": 4}, "ages", Fit.MAYBE),
        ({"condition": "paused"}, {}, "status", Fit.NO),
        ({"condition": "ended"}, {}, "status", Fit.NO),
        ({}, {"begins": date(2026, 11, 24)}, "deadline", Fit.NO),
    ],
)
def test_one_condition(known: dict[str, Any], wish: dict[str, Any], rule: str, expected: Fit) -> None:
    found = answer(programme(ROLLING, save=False, **known), Wish(**wish), TODAY)
    reasons = {reason.rule: reason for reason in found.reasons}
    assert reasons[rule].fit == expected
    assert found.fit == expected
    assert reasons[rule].text


def test_what_was_not_asked_is_not_judged() -> None:
    found = answer(programme(ROLLING, save=False, applicants=["school"]), Wish(), TODAY)
    assert [reason.rule for reason in found.reasons] == ["deadline"]
    assert found.fit == Fit.YES


def test_a_programme_without_deadline_may_fit_and_says_why() -> None:
    found = answer(programme(save=False), Wish(), TODAY)
    assert (found.fit, found.reasons[0].text) == (Fit.MAYBE, "No deadline is recorded here; ask the funder.")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "dated"}, {"day"}),
        ({"kind": "yearly", "month": 2}, {"day_of_month"}),
        ({"kind": "yearly", "month": 2, "day_of_month": 30}, {"day_of_month"}),
        ({"kind": "yearly", "month": 13, "day_of_month": 31}, {"month"}),
        ({"kind": "before"}, {"weeks"}),
        ({"kind": "rolling", "weeks": 3}, {"weeks"}),
        ({"kind": "dated", "day": TODAY, "month": 3}, {"month"}),
        ({"kind": "sometimes"}, {"kind"}),
    ],
)
def test_deadline_that_makes_no_sense_is_refused_at_its_field(
    fields: dict[str, Any], wrong: set[str]
) -> None:
    assert wrong_fields(FundingDeadline(**fields)) == wrong


def test_29_february_is_a_deadline() -> None:
    assert wrong_fields(FundingDeadline(kind="yearly", month=2, day_of_month=29)) == set()


def wrong_fields(deadline: FundingDeadline) -> set[str]:
    """Where a deadline is refused; nowhere, if it makes sense."""
    try:
        deadline.full_clean(exclude=["programme"])
    except ValidationError as error:
        return set(error.message_dict)
    return set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"people_min": 5, "people_max": 4}, "people_max"),
        ({"amount_min": 5, "amount_max": 4, "counted_by": "project"}, "amount_max"),
        ({"amount_max": 5}, "counted_by"),
        ({"checked_on": date(2999, 1, 1)}, "checked_on"),
        ({"applicants": ["dragon"]}, "applicants"),
        ({"applicants": "association"}, "applicants"),
        ({"share_max": 101}, "share_max"),
        ({"url": "no address"}, "url"),
    ],
)
def test_programme_that_makes_no_sense_is_refused_at_its_field(fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError) as refused:
        programme(save=False, **fields).full_clean()
    assert set(refused.value.message_dict) == {wrong}


def test_a_check_holds_for_a_year() -> None:
    assert programme(save=False).is_stale(TODAY)
    assert programme(save=False, checked_on=date(2025, 11, 24)).is_stale(TODAY)
    assert not programme(save=False, checked_on=date(2025, 11, 25)).is_stale(TODAY)

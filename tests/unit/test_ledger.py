"""The state machine of what is sent once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.ledger.outcomes import (
    BACKOFF,
    failed,
    line_is_down,
    refused_for_now,
    sent,
    unknown,
)
from tasks.newsletter.models import SubscriptionRequest
from tests.factories.subscribers import subscriber

pytestmark = pytest.mark.django_db


def rows(number: int = 1) -> list[SubscriptionRequest]:
    person = subscriber()
    return [
        SubscriptionRequest.objects.create(subscriber=person, language="de", consent_text="ja", source="/")
        for _ in range(number)
    ]


def claim(worker: str, limit: int = 10) -> list[SubscriptionRequest]:
    return claims.claim(SubscriptionRequest.objects.all(), worker, limit)


def state_of(row: SubscriptionRequest) -> str:
    return SubscriptionRequest.objects.get(pk=row.pk).state


def expire_leases() -> None:
    SubscriptionRequest.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_row_is_claimed_by_one_worker_only() -> None:
    created = rows(5)
    first, second = claim("a", 3), claim("b", 10)
    assert [row.pk for row in first] == [row.pk for row in created[:3]]
    assert [row.pk for row in second] == [row.pk for row in created[3:]]
    assert claim("c") == []


def test_deferred_row_is_due_only_after_its_time() -> None:
    (row,) = rows()
    SubscriptionRequest.objects.update(
        state=State.DEFERRED, next_try_at=timezone.now() + timedelta(minutes=1)
    )
    assert claim("a") == []
    SubscriptionRequest.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert claim("a") == [row]


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.SUPPRESSED, State.UNKNOWN, State.SENDING])
def test_finished_or_running_row_is_never_claimed(state: State) -> None:
    rows()
    SubscriptionRequest.objects.update(state=state)
    assert claim("a") == []


def test_sending_is_written_down_before_it_begins() -> None:
    rows()
    (row,) = claim("a")
    assert claims.begin(row, "a")
    assert state_of(row) == State.SENDING


def test_a_worker_without_its_lease_does_not_begin() -> None:
    rows()
    (row,) = claim("a")
    expire_leases()
    assert not claims.begin(row, "a")
    assert claims.recover(SubscriptionRequest) == (1, 0)
    (again,) = claim("b")
    assert not claims.begin(row, "a")
    assert claims.begin(again, "b")


def test_a_dead_workers_row_in_mid_send_becomes_unknown_and_is_not_sent_again() -> None:
    rows()
    (row,) = claim("a")
    claims.begin(row, "a")
    assert claims.recover(SubscriptionRequest) == (0, 0)
    expire_leases()
    assert claims.recover(SubscriptionRequest) == (0, 1)
    assert state_of(row) == State.UNKNOWN
    assert claim("b") == []


def test_a_slow_worker_may_still_say_that_it_was_sent() -> None:
    rows()
    (row,) = claim("a")
    claims.begin(row, "a")
    expire_leases()
    claims.recover(SubscriptionRequest)
    assert claims.finish(row, "a", sent("250"))
    assert state_of(row) == State.SENT


def test_another_worker_cannot_finish_a_row() -> None:
    rows()
    (row,) = claim("a")
    claims.begin(row, "a")
    assert not claims.finish(row, "b", failed("550", "no"))
    assert state_of(row) == State.SENDING


def test_finish_keeps_code_reply_and_time() -> None:
    rows()
    (row,) = claim("a")
    claims.begin(row, "a")
    claims.finish(row, "a", sent("250", "queued as 1"))
    stored = SubscriptionRequest.objects.get()
    assert (stored.code, stored.detail, stored.attempts) == ("250", "queued as 1", 1)
    assert stored.sent_at is not None
    assert stored.lease_until is None


def test_a_dead_line_is_no_attempt() -> None:
    rows()
    (row,) = claim("a")
    claims.finish(row, "a", line_is_down("refused"))
    stored = SubscriptionRequest.objects.get()
    assert (stored.state, stored.attempts) == (State.DEFERRED, 0)


def test_released_rows_are_due_at_once() -> None:
    rows(2)
    taken = claim("a")
    claims.release(taken, "a")
    assert len(claim("b")) == 2


def test_temporary_refusals_wait_longer_each_time_and_end_as_failed() -> None:
    waits = []
    for attempts in range(len(BACKOFF)):
        outcome = refused_for_now(attempts, "451", "later")
        assert outcome.state == State.DEFERRED
        waits.append(outcome.next_try_at)
    assert waits == sorted(waits)
    assert refused_for_now(len(BACKOFF), "451", "later").state == State.FAILED


def test_unknown_never_has_a_next_attempt() -> None:
    assert unknown("lost").next_try_at is None

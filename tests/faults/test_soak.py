"""The soak of ``make soak``, small: a few kills over a thousand recipients."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from bench.ordeal import Ordeal, Report, is_lost, plan
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.models import Interest, Standing, Subscriber
from tests.doubles.processes import Broker, environment
from tests.doubles.sink import BulkSink
from tests.factories.pages import build_site_tree
from tests.factories.publishing import draft, publish

RECIPIENTS = 1200
KILLS = 3


def announce() -> None:
    """A page that RECIPIENTS readers are to hear of, with its audience frozen."""
    ContentType.objects.clear_cache()
    news = build_site_tree().news["de"]
    confirmed = {"language": "de", "standing": Standing.CONFIRMED, "confirmed_at": timezone.now()}
    people = [Subscriber.of(f"soak{n}@d{n % 20}.example", **confirmed) for n in range(RECIPIENTS)]
    Subscriber.objects.bulk_create(people)
    Interest.objects.bulk_create(Interest(subscriber=person, topic="congress") for person in people)
    publish(draft(news, title="Kongress"))
    route_due()


@pytest.mark.django_db(transaction=True)
def test_kills_and_flushall_lose_nobody_and_write_to_nobody_twice(tmp_path: Path) -> None:
    announce()
    broker = Broker()
    try:
        with BulkSink(tmp_path / "mails.log") as sink:
            env = environment(broker.url, sink.port)
            events = plan(KILLS, RECIPIENTS, random.Random(3), crashes=False)
            report = Ordeal(env, sink, broker, tmp_path).run(events)
    finally:
        broker.close()
    assert (report.recipients, report.kills) == (RECIPIENTS, KILLS)
    assert (report.duplicates, report.lost, report.broken_checks) == (0, 0, [])
    assert report.unknown <= report.unknown_limit
    assert report.sent + report.unknown == RECIPIENTS
    assert report.holds


def test_a_plan_has_all_kinds_of_trouble_in_the_order_in_which_it_comes() -> None:
    events = plan(100, 100_000, random.Random(1), crashes=True)
    kinds = [event.what for event in events]
    assert kinds.count("worker") + kinds.count("beat") == 100
    assert (kinds.count("flushall"), kinds.count("crash")) == (10, 5)
    assert events == sorted(events, key=lambda event: event.at)


@pytest.mark.parametrize(
    ("state", "arrived", "lost"),
    [
        (State.SENT, True, False),
        (State.SENT, False, True),
        (State.PENDING, False, True),
        (State.UNKNOWN, False, False),
        (State.FAILED, False, False),
    ],
)
def test_lost_is_who_is_called_sent_and_is_not_or_is_never_spoken_of_again(
    state: str, arrived: bool, lost: bool
) -> None:
    assert is_lost(state, arrived) is lost


@pytest.mark.parametrize("fault", [{"duplicates": 1}, {"lost": 1}, {"unknown": 21}, {"broken_checks": [1]}])
def test_a_report_with_any_fault_does_not_hold(fault: dict[str, int]) -> None:
    sound = {"recipients": 9, "connections": 10, "seconds": 1.0, "events": {"worker": 2, "beat": 5}}
    assert Report(**sound, unknown=20).holds
    assert not Report(**{**sound, **fault}).holds

"""Many workers at once on one database."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tasks.announcements.conservation import balances
from tasks.announcements.models import Announcement, AnnouncementVersion
from tasks.announcements.record import record_going_live
from tasks.announcements.route import route
from tasks.ledger import batches, claims
from tasks.ledger.batches import Change
from tasks.ledger.models import State
from tasks.ledger.outcomes import sent
from tasks.newsletter.models import Campaign, Delivery, SubscriptionRequest
from tests.factories.pages import build_site_tree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 6


def in_threads(job) -> list:
    """Run ``job(name)`` in every worker at once, each with a database connection of its own."""

    def run(number: int):
        try:
            return job(f"worker-{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, range(WORKERS)))


def test_no_row_is_taken_by_two_workers() -> None:
    person = subscriber()
    SubscriptionRequest.objects.bulk_create(
        SubscriptionRequest(subscriber=person, language="de", consent_text="ja", source="/")
        for _ in range(120)
    )

    def drain(name: str) -> list[int]:
        done = []
        while batch := claims.claim(SubscriptionRequest.objects.all(), name, 7):
            for row in batch:
                if claims.begin(row, name) and claims.finish(row, name, sent()):
                    done.append(row.pk)
        return done

    times = Counter(pk for done in in_threads(drain) for pk in done)
    assert len(times) == 120
    assert set(times.values()) == {1}
    assert set(SubscriptionRequest.objects.values_list("attempts", flat=True)) == {1}


def test_one_publication_noticed_by_many_is_one_announcement() -> None:
    ContentType.objects.clear_cache()
    page = publish(draft(build_site_tree().news["de"]))
    Announcement.objects.all().delete()
    in_threads(lambda name: record_going_live(page))
    assert AnnouncementVersion.objects.count() == Announcement.objects.count() == 1


def test_one_announcement_routed_by_many_freezes_its_audience_once() -> None:
    ContentType.objects.clear_cache()
    site = build_site_tree()
    for _ in range(20):
        subscriber("de")
    publish(draft(site.news["de"]))
    pk = Announcement.objects.get().pk
    in_threads(lambda name: route(pk))
    assert Campaign.objects.count() == 3
    assert Delivery.objects.count() == 20


def route_and_send(keys: list[int]) -> None:
    """Freeze the readers of each announcement, and send to them in small steps."""
    for key in keys:
        route(key)
        while taken := [pk for (pk,) in batches.claim_rows(Delivery, "sender", 3, "id")]:
            batches.turn_over("sender", {Delivery: Change([], taken)})
            batches.turn_over("sender", {Delivery: Change([(pk, sent("250")) for pk in taken], [])})


def test_the_books_balance_at_every_moment_of_freezing_and_sending() -> None:
    ContentType.objects.clear_cache()
    site = build_site_tree()
    for _ in range(10):
        subscriber("de")
    for _ in range(6):
        publish(draft(site.news["de"]))
    keys = list(Announcement.objects.values_list("pk", flat=True))

    def slowly(execute, *args):
        time.sleep(0.02)
        return execute(*args)

    checks = 0
    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(slowly):
        working = pool.submit(closing(route_and_send), keys)
        while not working.done():
            assert [balance for balance in balances() if not balance.holds] == []
            checks += 1
        working.result()
    assert checks > 3
    assert Delivery.objects.filter(state=State.SENT).count() == 60


def closing(job):
    """``job``, and then its thread's connection to the database is closed."""

    def run(*args):
        try:
            return job(*args)
        finally:
            connection.close()

    return run

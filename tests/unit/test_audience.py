"""Who is written to, and that everybody is accounted for."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.announcements.conservation import balances
from tasks.announcements.models import Announcement
from tasks.announcements.route import route, route_due
from tasks.newsletter.models import Campaign, Delivery, Standing
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber


def test_only_confirmed_subscribers_of_the_topic_are_recipients(site_tree: SiteTree) -> None:
    wanted = subscriber("de", "congress")
    subscriber("de", "barcamp")
    subscriber("de", "congress", standing=Standing.PENDING)
    subscriber("de", "congress", standing=Standing.UNSUBSCRIBED)
    publish(draft(site_tree.news["de"]))
    route_due()
    assert list(Delivery.objects.values_list("address", flat=True)) == [wanted.email]
    campaign = Campaign.objects.get(language="de")
    assert campaign.candidates == 4
    assert campaign.excluded == {"other_topic": 1, "unconfirmed": 1, "unsubscribed": 1}


def test_candidates_are_recipients_and_excluded(site_tree: SiteTree) -> None:
    for number in range(7):
        subscriber("de", "congress" if number % 2 else "barcamp")
    publish(draft(site_tree.news["de"]))
    route_due()
    assert all(balance.holds for balance in balances())
    german = next(b for b in balances() if b.candidates)
    assert (german.candidates, german.frozen, german.excluded) == (7, 3, 4)


def test_the_balance_notices_a_missing_delivery(site_tree: SiteTree) -> None:
    subscriber("de"), subscriber("de")
    publish(draft(site_tree.news["de"]))
    route_due()
    Delivery.objects.first().delete()
    assert [balance.holds for balance in balances() if balance.candidates] == [False]


def test_routing_twice_writes_nothing_twice(site_tree: SiteTree) -> None:
    subscriber("de")
    publish(draft(site_tree.news["de"]))
    route_due()
    route_due()
    assert Delivery.objects.count() == 1
    assert Campaign.objects.count() == 3


def test_routing_costs_the_same_for_few_and_many_subscribers(site_tree: SiteTree) -> None:
    queries_to_route(site_tree, 1)  # fills what is cached per process
    assert queries_to_route(site_tree, 5) == queries_to_route(site_tree, 50)


def test_all_recipients_are_known_before_the_first_mail_is_written(site_tree: SiteTree) -> None:
    # Else the table of mails is searched for each of them while it grows: with a million, for hours.
    subscriber("de")
    publish(draft(site_tree.news["de"]))
    with CaptureQueriesContext(connection) as captured:
        route_due()
    table = f'INSERT INTO "{Delivery._meta.db_table}"'
    insert = next(query["sql"] for query in captured if query["sql"].startswith(table))
    # Also where the database would rather read the recipients in the order of an index.
    nudge, sorts = {
        "postgresql": ("SET LOCAL enable_sort = off", "Sort Key"),
        "sqlite": ("DROP INDEX subscribers_of_language", "TEMP B-TREE"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(nudge)
    assert sorts in plan_of(insert)


def plan_of(statement: str) -> str:
    explain = {"postgresql": "EXPLAIN", "sqlite": "EXPLAIN QUERY PLAN"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {statement.replace('%', '%%')}")
        return str(cursor.fetchall())


def queries_to_route(site_tree: SiteTree, number: int) -> int:
    for _ in range(number):
        subscriber("de")
    publish(draft(site_tree.news["de"]))
    newest = Announcement.objects.latest("pk")
    with CaptureQueriesContext(connection) as captured:
        assert route(newest.pk)
    assert Delivery.objects.filter(announcement=newest).count() >= number
    return len(captured)

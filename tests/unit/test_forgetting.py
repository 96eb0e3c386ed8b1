"""What is not needed any more is deleted by the sweeper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks.announcements.conservation import balances
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.forgetting import forget
from tasks.newsletter.models import (
    Campaign,
    ConsentRecord,
    Delivery,
    MailEvent,
    SettingsRequest,
    SignupCount,
    Standing,
    Subscriber,
    SubscriptionRequest,
)
from tasks.newsletter.subscribe import request_subscription
from tasks.outbox import sweep
from tasks.social.activitypub.channel import ActivityPubChannel
from tasks.social.activitypub.models import InboxDelivery
from tasks.social.webhook.models import WebhookCall
from tests.factories.fediverse import Somebody, our_account
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import account, rendered, ticket
from tests.factories.subscribers import subscriber

OLD, YOUNG = timedelta(days=31), timedelta(days=29)


def asked(address: str, *ages: timedelta, standing: str = Standing.PENDING) -> None:
    """Somebody who asked for mail so long ago, once or more often."""
    for age in ages:
        request = request_subscription(address, "de", ["congress"], "ja", "/")
        SubscriptionRequest.objects.filter(pk=request.pk).update(requested_at=timezone.now() - age)
    born = timezone.now() - max(ages)
    Subscriber.objects.filter(email=address).update(created_at=born, standing=standing)


def test_who_never_confirmed_is_forgotten_after_a_month(db: None) -> None:
    asked("old@example.org", OLD)
    asked("young@example.org", YOUNG)
    asked("again@example.org", OLD, YOUNG)
    asked("reader@example.org", OLD, standing=Standing.CONFIRMED)
    asked("gone@example.org", OLD, standing=Standing.UNSUBSCRIBED)
    sweep()
    left = set(Subscriber.objects.values_list("email", flat=True))
    assert left == {f"{name}@example.org" for name in ("young", "again", "reader", "gone")}
    assert not ConsentRecord.objects.filter(address="old@example.org").exists()


@pytest.mark.parametrize(
    ("state", "age", "stays"),
    [
        (State.SUPPRESSED, OLD, False),
        (State.FAILED, OLD, False),
        (State.SUPPRESSED, YOUNG, True),
        (State.SENT, OLD, True),
    ],
)
def test_requests_that_led_to_nothing_go_after_a_month(
    db: None, state: str, age: timedelta, stays: bool
) -> None:
    asked("reader@example.org", age, standing=Standing.CONFIRMED)
    SubscriptionRequest.objects.update(state=state)
    forget()
    assert SubscriptionRequest.objects.exists() == stays


def test_requests_for_the_settings_go_after_a_month(db: None) -> None:
    person = subscriber()
    for age, state in ((OLD, State.SENT), (YOUNG, State.SENT), (OLD, State.PENDING)):
        at = timezone.now() - age
        SettingsRequest.objects.create(subscriber=person, language="de", requested_at=at, state=state)
    forget()
    assert SettingsRequest.objects.count() == 2
    assert not SettingsRequest.objects.filter(
        state=State.SENT, requested_at__lt=timezone.now() - OLD
    ).exists()


def test_counts_of_sign_ups_go_after_their_window(db: None) -> None:
    for hours in (0, 3):
        SignupCount.objects.create(key="x", window=timezone.now() - timedelta(hours=hours), count=1)
    forget()
    assert SignupCount.objects.count() == 1


@pytest.mark.parametrize(("days", "age", "stays"), [(365, 366, False), (365, 364, True), (0, 4000, True)])
def test_addresses_of_old_mails_go_and_the_figures_stay(
    site_tree: SiteTree, settings, days: int, age: int, stays: bool
) -> None:
    settings.ANTENNE_DELIVERY_DAYS = days
    person = subscriber("de")
    subscriber("de")
    publish(draft(site_tree.news["de"]))
    route_due()
    Campaign.objects.update(frozen_at=timezone.now() - timedelta(days=age))
    Delivery.objects.update(state=State.SENT, detail=f"ok {person.email}")
    mail = Delivery.objects.get(subscriber=person)
    MailEvent.objects.create(
        source="dsn", event_id="1", kind="soft", delivery=mail, address_hash=person.email_hash, detail="?"
    )
    forget()
    rows = Delivery.objects.values_list("address", "detail", "domain", "subscriber", "state")
    assert set(rows) == {("", "", "", None, State.SENT)} or stays
    assert Delivery.objects.filter(address=person.email).exists() == stays
    assert MailEvent.objects.filter(address_hash=person.email_hash).exists() == stays
    assert all(balance.holds for balance in balances())
    assert [balance.frozen for balance in balances() if balance.frozen] == [2]


def test_it_is_done_once_an_hour(db: None) -> None:
    forget()
    asked("old@example.org", OLD)
    forget()
    assert Subscriber.objects.exists()


@pytest.mark.parametrize(("days", "age", "stays"), [(90, 91, False), (90, 89, True), (0, 4000, True)])
def test_old_calls_to_other_software_go(db: None, settings, days: int, age: int, stays: bool) -> None:
    settings.ANTENNE_CALL_DAYS = days
    at = timezone.now() - timedelta(days=age)
    endpoint = account("webhook")
    for state in (State.SENT, State.FAILED, State.PENDING):
        WebhookCall.objects.create(account=endpoint, page_ref=1, event="x", state=state, created_at=at)
    forget()
    assert WebhookCall.objects.count() == (3 if stays else 1)


def test_who_was_told_of_a_post_is_known_as_long_as_it_stands(db: None) -> None:
    ours, channel = our_account(), ActivityPubChannel()
    Somebody("https://a.example").following(ours)
    stands, gone = (channel.publish(rendered(), ours, ticket(key)) for key in ("stands", "gone"))
    channel.delete(ours, gone.remote_id)
    channel.update(ours, stands.remote_id, rendered("neu"), ticket("stands"))
    InboxDelivery.objects.update(state=State.SENT, created_at=timezone.now() - timedelta(days=91))
    forget()
    left = InboxDelivery.objects.get()
    assert (left.kind, str(left.note.public_id)) == ("create", stands.remote_id)

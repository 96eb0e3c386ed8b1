"""Bounces, blocked addresses and relays in the admin: who sees them, and what can be done there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, override

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.addresses import address_hash
from tasks.newsletter.models import (
    BounceMailbox,
    Delivery,
    DomainPace,
    EventKind,
    MailboxTrouble,
    MailEvent,
    MailRelay,
    Suppression,
    SuppressionReason,
)
from tasks.newsletter.suppressions import is_suppressed, suppress
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber
from tests.unit.test_admin_permissions import body, cost, texts, user_with

ANNA = "anna@example.org"
BLOCKED = "/admin/tasks/suppression"


def german(words: str) -> str:
    """``words`` in the language of the tests' admin."""
    with override("de"):
        return gettext(words)


def another_with(*permissions: str) -> User:
    """A second user."""
    User.objects.filter(username="fred").update(username="freddy")
    return user_with(*permissions)


@pytest.fixture
def returned(site_tree: SiteTree) -> MailEvent:
    """A mail to Anna that came back for good."""
    subscriber("de", email=ANNA)
    publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    suppress(ANNA, SuppressionReason.BOUNCE, "dsn 5.1.1")
    return MailEvent.objects.create(
        source="dsn",
        event_id="1",
        kind=EventKind.HARD,
        delivery=Delivery.objects.get(),
        address_hash=address_hash(ANNA),
        code="5.1.1",
        detail="no such user",
    )


@pytest.mark.parametrize("model", ["mailevent", "suppression", "mailrelay", "domainpace", "bouncemailbox"])
def test_looking_needs_the_permission_to_view(returned, client: Client, model: str) -> None:
    MailRelay.objects.create(name="main", last_error="no such user")
    DomainPace.objects.create(domain="example.net", last_reply="no such user")
    BounceMailbox.objects.create(name="bounces", reply="no such user")
    Suppression.objects.update(note="no such user")
    known = {"mailrelay": MailRelay, "domainpace": DomainPace, "mailevent": MailEvent}
    known |= {"bouncemailbox": BounceMailbox}
    row = known.get(model, Suppression).objects.get()
    client.force_login(user_with(f"add_{model}"))
    assert all("no such user" not in text for text in texts(client, model, row.pk))
    client.logout()
    client.force_login(another_with(f"view_{model}"))
    assert "no such user" in body(client.get(f"/admin/tasks/{model}/"))


def test_the_address_is_for_those_who_may_see_deliveries(returned, client: Client) -> None:
    client.force_login(user_with("view_mailevent"))
    assert all(ANNA not in text for text in texts(client, "mailevent", returned.pk))
    client.force_login(another_with("view_mailevent", "view_delivery"))
    assert ANNA in body(client.get("/admin/tasks/mailevent/"))


def test_the_export_says_what_came_back(returned, admin_client: Client) -> None:
    lines = body(admin_client.get("/admin/tasks/mailevent/?export=csv")).splitlines()
    assert lines[1].startswith("hard,Kongress,5.1.1,no such user,dsn,")


@pytest.mark.parametrize("model", ["mailevent", "mailrelay", "domainpace", "bouncemailbox"])
def test_what_machines_write_nobody_changes(returned, admin_client: Client, model: str) -> None:
    assert admin_client.get(f"/admin/tasks/{model}/create/").status_code == 302
    assert admin_client.post(f"/admin/tasks/mailevent/delete/{returned.pk}/").status_code == 302
    assert MailEvent.objects.exists()


def test_an_address_is_found_by_the_whole_of_it(returned, admin_client: Client) -> None:
    for model in ("suppression", "mailevent"):
        assert "5.1.1" in body(admin_client.get(f"/admin/tasks/{model}/?q=Anna@Example.org"))
        assert "5.1.1" not in body(admin_client.get(f"/admin/tasks/{model}/?q=bert@example.org"))


def test_blocking_by_hand_stops_what_is_on_its_way(returned, client: Client) -> None:
    Suppression.objects.all().delete()
    Delivery.objects.update(state=State.PENDING)
    client.force_login(user_with("add_suppression", "view_suppression"))
    client.post(f"{BLOCKED}/create/", {"address": " Anna@example.org", "note": "asked by phone"})
    row = Suppression.objects.get()
    assert (row.reason, row.note) == (SuppressionReason.MANUAL, "asked by phone")
    assert is_suppressed(ANNA)
    assert Delivery.objects.get().state == State.SUPPRESSED
    assert ANNA not in body(client.get(f"{BLOCKED}/")).lower()


def test_the_form_says_what_it_cannot_take(returned, admin_client: Client) -> None:
    again = body(admin_client.post(f"{BLOCKED}/create/", {"address": ANNA}))
    assert german("This address is blocked already.") in again
    wrong = body(admin_client.post(f"{BLOCKED}/create/", {"address": "anna"}))
    assert german("This is not a valid e-mail address.") in wrong
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize(
    ("permission", "done"), [("view", False), ("add", False), ("change", False), ("delete", True)]
)
def test_allowing_again_needs_its_own_permission(
    returned, client: Client, permission: str, done: bool
) -> None:
    client.force_login(user_with(f"{permission}_suppression", "view_suppression"))
    row = Suppression.objects.get()
    assert (german("Allow again") in body(client.get(f"{BLOCKED}/"))) == done
    client.get(f"{BLOCKED}/delete/{row.pk}/")
    assert is_suppressed(ANNA)
    client.post(f"{BLOCKED}/delete/{row.pk}/")
    assert is_suppressed(ANNA) != done


@pytest.mark.parametrize("permission", ["view", "change", "delete"])
def test_blocking_needs_its_own_permission(returned, client: Client, permission: str) -> None:
    client.force_login(user_with(f"{permission}_suppression"))
    client.post(f"{BLOCKED}/create/", {"address": "bert@example.org"})
    assert Suppression.objects.count() == 1


def test_only_the_person_takes_back_an_erasure(returned, admin_client: Client) -> None:
    Suppression.objects.update(reason=SuppressionReason.ERASED)
    admin_client.post(f"{BLOCKED}/delete/{Suppression.objects.get().pk}/")
    assert is_suppressed(ANNA)


def test_a_subscriber_says_since_when_and_why_no_mail_is_sent(returned, admin_client: Client) -> None:
    url = f"/admin/tasks/subscriber/inspect/{Delivery.objects.get().subscriber_id}/"
    reason = german("mails come back for good")
    assert reason in body(admin_client.get(url))
    Suppression.objects.all().delete()
    assert reason not in body(admin_client.get(url))


@pytest.mark.parametrize("model", ["mailevent", "suppression", "mailrelay", "domainpace", "bouncemailbox"])
@pytest.mark.parametrize("answer", ["", "?export=csv"])
def test_the_lists_cost_the_same_for_few_and_many(
    returned, admin_client: Client, model: str, answer: str
) -> None:
    def fill(rows: int) -> None:
        for number in range(rows):
            name = f"{rows}-{number}"
            MailEvent.objects.create(
                source="dsn", event_id=name, kind=EventKind.SOFT, delivery=returned.delivery
            )
            Suppression.objects.create(address_hash=name, reason=SuppressionReason.MANUAL)
            MailRelay.objects.create(name=name)
            DomainPace.objects.create(domain=name)
            BounceMailbox.objects.create(name=name)

    url = f"/admin/tasks/{model}/{answer}"
    fill(5)
    cost(admin_client, url)
    few = cost(admin_client, url)
    fill(45)
    assert cost(admin_client, url) == few


def test_the_mailbox_says_when_it_was_read_and_what_is_wrong(admin_client: Client) -> None:
    read = timezone.now() - timedelta(hours=1)
    BounceMailbox.objects.create(name="bounces", read_at=read, trouble=MailboxTrouble.REFUSED, left=7)
    page = body(admin_client.get("/admin/tasks/bouncemailbox/"))
    assert german("The mail server refuses the user name or the password.") in page
    assert date_format(localtime(read), "DATETIME_FORMAT") in page
    assert ">7<" in page

"""Imports and the export in the admin: who may, and what looking and acting take."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tasks.newsletter.importing import work
from tasks.newsletter.models import (
    ImportState,
    Subscriber,
    SubscriberImport,
)
from tests.factories.imports import (
    CHOICES,
    EXPORT,
    HEAD,
    NEW,
    SOURCE,
    at,
    checked,
    fields,
    imported,
    lines,
    press_import,
    upload,
    uploaded,
)
from tests.factories.subscribers import subscriber
from tests.unit.test_admin_permissions import body, user_with

pytestmark = pytest.mark.django_db


BOTH = ("add_subscriber", "change_subscriber")


VIEWS = ("show", "columns", "state", "problems")


ACTIONS = ("columns", "run", "cancel")


@pytest.mark.parametrize(
    "permissions", [(), ("view_subscriber",), BOTH[:1], BOTH[1:], ("add_subscriberimport",)]
)
def test_others_see_nothing_and_change_nothing(
    admin_client: Client, client: Client, permissions: tuple[str, ...]
) -> None:
    row = checked(admin_client)
    before = list(SubscriberImport.objects.values())
    client.force_login(user_with(*permissions))
    answers = [client.get(at(row, view)) for view in VIEWS]
    answers += [client.get(NEW), upload(client, HEAD + lines(1)), press_import(client, row)]
    answers += [client.post(at(row, action), CHOICES) for action in ACTIONS]
    answers += [client.get("/admin/tasks/subscriberimport/")]
    assert {answer.status_code for answer in answers} <= {302, 403}
    assert all(answer.get("Location", "/admin/") == "/admin/" for answer in answers)
    assert list(SubscriberImport.objects.values()) == before


def test_whoever_may_add_and_change_subscribers_may_import(client: Client) -> None:
    client.force_login(user_with(*BOTH))
    row = imported(client, checked(client))
    assert row.state == ImportState.FINISHED
    html = body(client.get("/admin/tasks/subscriberimport/"))
    assert at(row, "show") in html
    assert reverse("imports:upload") in body(client.get("/admin/tasks/subscriber/"))


def test_nobody_gets_in_without_logging_in(admin_client: Client) -> None:
    row = checked(admin_client)
    for url in (NEW, EXPORT, *(at(row, view) for view in VIEWS)):
        answer = Client().get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [("view_subscriber", True), ("change_subscriber", True), ("add_subscriber", False)],
)
def test_the_export_is_for_those_who_may_see_subscribers(
    client: Client, permission: str, allowed: bool
) -> None:
    subscriber("de", email="anna@example.org")
    client.force_login(user_with(permission))
    answer = client.get(EXPORT)
    assert (answer.status_code == 200) == allowed
    assert ("anna@example.org" in body(answer)) == allowed
    assert (EXPORT in body(client.get("/admin/tasks/subscriber/"))) == allowed


def test_the_export_is_streamed_and_read_again_by_the_import(admin_client: Client) -> None:
    subscriber("de", "congress", email="anna@example.org")
    answer = admin_client.get(EXPORT)
    assert answer.streaming
    text = body(answer)
    Subscriber.objects.all().delete()
    row = uploaded(admin_client, text)
    guessed = fields(body(admin_client.get(at(row, "columns"))))
    admin_client.post(at(row, "columns"), {**guessed, "consent_source": SOURCE})
    work.work(60)
    row.refresh_from_db()
    assert imported(admin_client, row).outcomes == {"created": 1}
    assert Subscriber.objects.get().email == "anna@example.org"


def test_looking_changes_nothing_and_acting_needs_a_post(admin_client: Client) -> None:
    rows = [uploaded(admin_client), checked(admin_client), imported(admin_client, checked(admin_client))]
    before = list(SubscriberImport.objects.values()), list(Subscriber.objects.values())
    for row in rows:
        assert [admin_client.get(at(row, action)).status_code for action in ("run", "cancel")] == [405, 405]
        for view in VIEWS:
            admin_client.get(at(row, view))
    assert (list(SubscriberImport.objects.values()), list(Subscriber.objects.values())) == before


def test_acting_needs_the_token_of_a_form(admin_client: Client, admin_user: User) -> None:
    row = checked(admin_client)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    answers = [upload(strict, HEAD + lines(1)), press_import(strict, row)]
    answers += [strict.post(at(row, action), CHOICES) for action in ACTIONS]
    assert {answer.status_code for answer in answers} == {403}
    row.refresh_from_db()
    assert row.state == ImportState.CHECKED

"""The list of webhook calls in the admin: who may look, and who may send one once more."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tasks.ledger.models import State
from tasks.social.models import SocialAccount
from tasks.social.webhook.models import WebhookCall
from tests.factories.social import account

pytestmark = pytest.mark.django_db
LIST = "/admin/tasks/webhookcall/"


@pytest.fixture
def endpoint() -> SocialAccount:
    return account("webhook", name="Front end")


def call(endpoint: SocialAccount, **fields: Any) -> WebhookCall:
    known = {"event": "page.moved", "page_ref": 7, "data": {"id": 7}, "state": State.FAILED, "attempts": 9}
    return WebhookCall.objects.create(account=endpoint, **known | fields)


def log_in(client: Client, *permissions: str) -> None:
    user = User.objects.create_user("fred", password="x")
    wanted = Permission.objects.filter(codename__in=("access_admin", *permissions))
    user.user_permissions.set(wanted.filter(content_type__app_label__in=("wagtailadmin", "tasks")))
    client.force_login(user)


def test_who_may_view_calls_sees_them_and_nothing_to_press(client: Client, endpoint: SocialAccount) -> None:
    row = call(endpoint)
    log_in(client, "view_webhookcall")
    assert "page.moved" in client.get(LIST).content.decode()
    page = client.get(f"{LIST}inspect/{row.pk}/").content.decode()
    assert "page.moved" in page
    assert "/again/" not in page


def test_who_may_not_view_calls_sees_none(client: Client, endpoint: SocialAccount) -> None:
    row = call(endpoint)
    log_in(client, "change_socialaccount", "add_webhookcall")
    for path in ("", f"inspect/{row.pk}/", f"history/{row.pk}/", "?export=csv"):
        assert b"page.moved" not in client.get(LIST + path).content


def test_a_failed_call_is_sent_once_more_under_its_identifier(
    client: Client, endpoint: SocialAccount
) -> None:
    row = call(endpoint)
    log_in(client, "view_webhookcall", "change_socialaccount")
    address = reverse("webhook_calls:again", args=[row.pk])
    assert f'action="{address}"' in client.get(f"{LIST}inspect/{row.pk}/").content.decode()
    client.post(address)
    again = WebhookCall.objects.get()
    assert (again.state, again.attempts, again.public_id) == (State.PENDING, 0, row.public_id)
    assert "/again/" not in client.get(f"{LIST}inspect/{row.pk}/").content.decode()


def test_looking_at_the_address_sends_nothing(client: Client, endpoint: SocialAccount) -> None:
    row = call(endpoint)
    log_in(client, "view_webhookcall", "change_socialaccount")
    assert client.get(reverse("webhook_calls:again", args=[row.pk])).status_code == 405
    assert WebhookCall.objects.get().state == State.FAILED


def test_who_may_not_change_the_account_sends_nothing(client: Client, endpoint: SocialAccount) -> None:
    row = call(endpoint)
    log_in(client, "view_webhookcall")
    client.post(reverse("webhook_calls:again", args=[row.pk]))
    assert WebhookCall.objects.get().state == State.FAILED


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING, State.DEFERRED])
def test_a_call_that_is_on_its_way_is_left_alone(
    client: Client, endpoint: SocialAccount, state: State
) -> None:
    row = call(endpoint, state=state, worker="busy")
    log_in(client, "view_webhookcall", "change_socialaccount")
    client.post(reverse("webhook_calls:again", args=[row.pk]))
    assert (WebhookCall.objects.get().state, WebhookCall.objects.get().attempts) == (state, 9)


def test_a_longer_list_needs_no_more_queries(client: Client, endpoint: SocialAccount) -> None:
    log_in(client, "view_webhookcall")
    client.get(LIST)
    numbers = []
    for _time in range(2):
        for number in range(5 if not numbers else 45):
            call(endpoint, page_ref=number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(LIST).status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]

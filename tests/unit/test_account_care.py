"""Daily looks, new credentials in time, warnings, and the way out to a service and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.social.accounts import warning
from tasks.social.accounts.care import care_for, care_for_accounts, standing_of
from tasks.social.accounts.panel import in_need
from tasks.social.channel import AuthFailed, Capabilities, Consent, Health, Rejected, Retryable
from tasks.social.models import SocialAccount
from tasks.social.noticeboard.channel import NoticeboardChannel
from tasks.social.signals import account_needs_attention
from tests.factories.social import account as stored

pytestmark = pytest.mark.django_db


class CaredFor(NoticeboardChannel):
    """Answers as the test says."""

    capabilities = Capabilities(oauth=True)
    health: Any = Health("@jumelage", "https://social.example/@jumelage")
    renewed: Any = None
    probes = 0

    def probe(self, account: SocialAccount) -> Health:
        type(self).probes += 1
        if isinstance(self.health, Exception):
            raise self.health
        return self.health

    def refresh(self, account: SocialAccount) -> Any:
        return self.renewed

    def authorize(self, account: SocialAccount, *, redirect_uri: str, state: str) -> Consent:
        return Consent(f"https://social.example/oauth?state={state}&back={redirect_uri}", {"client": "c1"})

    def connect(self, account: SocialAccount, *, redirect_uri: str, code: str) -> dict[str, Any]:
        if code == "bad":
            raise Rejected("invalid_grant")
        return {"access_token": f"token-{code}", "expires_at": "2027-01-01T00:00:00+00:00"}


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> type[CaredFor]:
    monkeypatch.setattr("tasks.social.accounts.views._channel", lambda slug: CaredFor())
    monkeypatch.setattr(SocialAccount, "get_channel", lambda account: CaredFor())
    for name, value in (("health", CaredFor.health), ("renewed", None), ("probes", 0)):
        monkeypatch.setattr(CaredFor, name, value)
    return CaredFor


@pytest.fixture
def account(channel: Any) -> SocialAccount:
    return stored("noticeboard", name="Brett")


def looked_at(account: SocialAccount) -> SocialAccount:
    care_for_accounts(5)
    account.refresh_from_db()
    return account


def test_an_account_is_looked_at_once_a_day(account: SocialAccount, channel: Any) -> None:
    assert standing_of(account).key == "new"
    assert care_for_accounts(5) == 1
    assert care_for_accounts(5) == 0
    account.refresh_from_db()
    assert (account.remote_name, standing_of(account).key) == ("@jumelage", "works")
    SocialAccount.objects.update(probed_at=timezone.now() - timedelta(days=1, minutes=1))
    assert care_for_accounts(5) == 1


def test_a_refused_account_is_in_trouble_and_its_carers_hear_of_it_once(
    account: SocialAccount, channel: Any
) -> None:
    User.objects.create_superuser("a", "admin@example.org")
    User.objects.create_user("b", "editor@example.org")
    channel.health = AuthFailed("token revoked")
    assert standing_of(looked_at(account)).text == "token revoked"
    SocialAccount.objects.update(probed_at=None)
    care_for_accounts(5)
    (message,) = mail.outbox
    assert message.to == ["admin@example.org"]
    assert "token revoked" in message.body
    assert f"/admin/social-accounts/{account.pk}/" in message.body


def test_one_accounts_fault_does_not_keep_the_next_from_its_look(
    account: SocialAccount, channel: Any
) -> None:
    stored("noticeboard", name="Other")
    for fault in (Retryable("down"), ZeroDivisionError()):
        channel.health = fault
        SocialAccount.objects.update(probed_at=None)
        assert care_for_accounts(5) == 2
    assert looked_at(account).trouble == ""


def test_a_connection_that_ends_soon_is_renewed(account: SocialAccount, channel: Any) -> None:
    SocialAccount.objects.update(expires_at=timezone.now() + timedelta(days=3))
    ends = timezone.now().replace(microsecond=0) + timedelta(days=60)
    channel.renewed = {"access_token": "new", "expires_at": ends.isoformat()}
    looked_at(account)
    assert (account.credentials, account.expires_at) == ({"access_token": "new"}, ends)
    assert mail.outbox == []


def test_a_connection_that_nobody_can_renew_is_warned_about(account: SocialAccount, channel: Any) -> None:
    User.objects.create_superuser("a", "admin@example.org")
    SocialAccount.objects.update(expires_at=timezone.now() + timedelta(days=10, hours=1))
    standing = standing_of(looked_at(account))
    assert (standing.key, standing.text) == ("ends", "endet in 10 Tagen")
    assert len(mail.outbox) == 1


def test_a_connection_that_lasts_is_not_warned_about(account: SocialAccount, channel: Any) -> None:
    User.objects.create_superuser("a", "admin@example.org")
    SocialAccount.objects.update(expires_at=timezone.now() + timedelta(days=30))
    assert standing_of(looked_at(account)).key == "works"
    assert mail.outbox == []


def test_a_switched_off_account_is_left_alone(account: SocialAccount, channel: Any) -> None:
    SocialAccount.objects.update(active=False)
    assert care_for_accounts(5) == 0


def test_a_service_that_is_down_is_no_look_at_the_account(account: SocialAccount, channel: Any) -> None:
    channel.health = Retryable("connection refused")
    assert care_for(account) == "connection refused"
    channel.health = Health("@jumelage")
    assert care_for(account) == ""


def test_what_a_refused_post_has_found_is_warned_about_at_once_and_once(
    account: SocialAccount, channel: Any
) -> None:
    User.objects.create_superuser("a", "admin@example.org")
    SocialAccount.objects.update(probed_at=timezone.now(), trouble="token revoked")
    assert care_for_accounts(5) == care_for_accounts(5) == channel.probes == 0
    (message,) = mail.outbox
    assert "token revoked" in message.body


def test_others_hear_of_an_account_that_needs_attention_and_may_fail(
    account: SocialAccount, channel: Any
) -> None:
    heard: list[tuple[Any, str]] = []

    def fails(**said: Any) -> None:
        heard.append((said["account"], said["standing"]))
        raise ZeroDivisionError

    account_needs_attention.connect(fails)
    try:
        channel.health = AuthFailed("token revoked")
        care_for(account)
    finally:
        account_needs_attention.disconnect(fails)
    assert heard == [(account, "trouble")]


def test_the_home_page_shows_connections_that_need_somebody(
    admin_client: Client, client: Client, account: SocialAccount
) -> None:
    stored("noticeboard", name="Gesund", expires_at=timezone.now() + timedelta(days=90))
    stored("noticeboard", name="Abgeschaltet", trouble="revoked", active=False)
    assert 'id="accounts-section"' not in admin_client.get("/admin/").content.decode()
    SocialAccount.objects.filter(pk=account.pk).update(trouble="token revoked")
    stored("noticeboard", name="Bald", expires_at=timezone.now() + timedelta(days=3, hours=1))
    assert [(str(needy), how.text) for needy, how in in_need()] == [
        ("Brett", "token revoked"),
        ("Bald", "endet in 3 Tagen"),
    ]
    html = admin_client.get("/admin/").content.decode()
    assert f'href="/admin/social-accounts/{account.pk}/"' in html
    assert "token revoked" in html
    editor = User.objects.create_user("editor", password="p")
    editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(editor)
    assert "token revoked" not in client.get("/admin/").content.decode()


def test_the_home_page_costs_the_same_for_few_and_many(admin_client: Client, channel: Any) -> None:
    def cost(number: int) -> int:
        for count in range(number):
            stored("noticeboard", name=f"B{count}", trouble="revoked")
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get("/admin/").status_code == 200
        return len(queries)

    cost(1)
    assert cost(4) == cost(45)


def sent_out(client: Client, account: SocialAccount) -> str:
    """The state that the service is given."""
    reply = client.post(f"/admin/social-accounts/{account.pk}/connect/")
    assert reply.status_code == 302
    return parse_qs(urlsplit(reply["Location"]).query)["state"][0]


def came_back(client: Client, **query: str) -> str:
    """What the page then says."""
    return client.get("/admin/social-accounts/callback/", query, follow=True).content.decode()


def test_connecting_by_oauth(admin_client: Client, account: SocialAccount) -> None:
    state = sent_out(admin_client, account)
    assert "ist verbunden" in came_back(admin_client, state=state, code="42")
    account.refresh_from_db()
    assert account.credentials == {"client": "c1", "access_token": "token-42"}
    assert account.expires_at
    assert account.expires_at.year == 2027


def test_the_way_back_works_once(admin_client: Client, account: SocialAccount) -> None:
    state = sent_out(admin_client, account)
    came_back(admin_client, state=state, code="42")
    assert "gilt nicht mehr" in came_back(admin_client, state=state, code="43")
    account.refresh_from_db()
    assert account.credentials["access_token"] == "token-42"


def test_the_way_back_is_for_who_went_out(admin_client: Client, account: SocialAccount) -> None:
    state = sent_out(admin_client, account)
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    sent_out(other, account)
    assert "gilt nicht mehr" in came_back(other, state=state, code="42")
    assert "gilt nicht mehr" in came_back(admin_client, state="forged", code="42")
    account.refresh_from_db()
    assert "access_token" not in account.credentials


def test_the_way_back_is_open_for_ten_minutes(
    admin_client: Client, account: SocialAccount, monkeypatch
) -> None:
    state = sent_out(admin_client, account)
    monkeypatch.setattr("tasks.social.accounts.oauth.MINUTES", -1)
    assert "gilt nicht mehr" in came_back(admin_client, state=state, code="42")


def test_denied_consent_changes_nothing(admin_client: Client, account: SocialAccount) -> None:
    state = sent_out(admin_client, account)
    assert "keine Zustimmung" in came_back(admin_client, state=state, error="access_denied")


def test_a_refused_code_is_explained(admin_client: Client, account: SocialAccount) -> None:
    state = sent_out(admin_client, account)
    assert "invalid_grant" in came_back(admin_client, state=state, code="bad")


def test_connecting_is_a_post(admin_client: Client, account: SocialAccount) -> None:
    for action in ("connect", "check"):
        assert admin_client.get(f"/admin/social-accounts/{account.pk}/{action}/").status_code == 405


@pytest.fixture
def carer(db: None) -> User:
    return User.objects.create_superuser("a", "admin@example.org")


def fresh(account: SocialAccount) -> SocialAccount:
    return SocialAccount.objects.get(pk=account.pk)


def test_a_service_that_does_not_answer_does_not_pass_for_one_that_works(
    account: SocialAccount,
    channel: type[CaredFor],
) -> None:
    channel.health = Retryable("connection refused")
    care_for(account)
    standing = standing_of(fresh(account))
    assert standing.key == "away"
    assert "noch nie erreicht" in standing.text
    assert "connection refused" in standing.text
    assert fresh(account).trouble == ""

    channel.health = Health("@jumelage")
    care_for(account)
    assert standing_of(fresh(account)).key == "works"

    SocialAccount.objects.update(reached_at=datetime(2026, 5, 3, 12, 5, tzinfo=UTC))
    channel.health = ZeroDivisionError()
    care_for(account)
    assert standing_of(fresh(account)).text.startswith("nicht erreicht seit 03.05.2026")


def test_whoever_refuses_was_reached(account: SocialAccount, channel: type[CaredFor]) -> None:
    channel.health = AuthFailed("revoked")
    care_for(account)
    assert fresh(account).reached_at is not None
    assert standing_of(fresh(account)).key == "trouble"


def test_a_connection_is_warned_of_at_each_step_once(
    account: SocialAccount,
    channel: type[CaredFor],
    carer: User,
) -> None:
    def told(**ends: float) -> int:
        SocialAccount.objects.update(expires_at=timezone.now() + timedelta(**ends))
        before = len(mail.outbox)
        for _time in range(2):
            care_for(fresh(account))
        return len(mail.outbox) - before

    channel.health = Health("@jumelage")
    assert told(days=40) == 0
    assert told(days=13) == 1
    assert told(days=12) == 0
    assert told(days=2) == 1
    channel.health = AuthFailed("expired")
    assert told(days=-1) == 1
    channel.health = Health("@jumelage")
    assert told(days=60) == 0
    assert told(days=13) == 1


def test_two_workers_warn_once(
    account: SocialAccount,
    carer: User,
) -> None:
    first, second = fresh(account), fresh(account)
    assert warning.warn_if_needed(first, "trouble") == 1
    assert warning.warn_if_needed(second, "trouble") == 0
    assert len(mail.outbox) == 1


def test_who_asks_for_a_look_sees_what_came_of_it(
    admin_client: Client,
    account: SocialAccount,
    channel: type[CaredFor],
) -> None:
    care_for(account)
    state = f"/admin/social-accounts/{account.pk}/state/"
    page = admin_client.post(f"/admin/social-accounts/{account.pk}/check/", follow=True).content.decode()
    assert f'data-poll="{state}"' in page
    assert 'data-moving="1"' in page
    assert "wird geprüft" in page
    waiting = admin_client.get(state)
    assert waiting["X-Moving"] == "1"

    SocialAccount.objects.update(probed_at=timezone.now())
    assert admin_client.get(state)["X-Moving"] == "1"
    channel.health = Retryable("connection refused")
    care_for(fresh(account))
    over = admin_client.get(state)
    assert over["X-Moving"] == "0"
    assert over["X-State"] != waiting["X-State"]
    assert "connection refused" in over.content.decode()


def test_a_look_that_died_on_its_way_is_not_waited_for(
    account: SocialAccount,
) -> None:
    SocialAccount.objects.update(probed_at=timezone.now() - timedelta(minutes=3))
    assert not fresh(account).is_looked_at
    SocialAccount.objects.update(probed_at=None, active=False)
    assert not fresh(account).is_looked_at


def test_the_state_is_for_who_may_change_accounts(client: Client, account: SocialAccount) -> None:
    client.force_login(User.objects.create_user("nobody", password="p"))
    assert client.get(f"/admin/social-accounts/{account.pk}/state/").status_code in (302, 403)

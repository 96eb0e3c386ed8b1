"""The form of a social media account: where an access token may go."""

from __future__ import annotations

import pytest
from django.test import Client

from tasks.social.models import SocialAccount

pytestmark = pytest.mark.django_db
EDITED = {"name": "M", "channel": "mastodon", "server": "https://good.example", "active": "on"}


@pytest.fixture
def account() -> SocialAccount:
    return SocialAccount.objects.create(
        name="M",
        channel="mastodon",
        server="https://good.example",
        credentials={"access_token": "very-secret"},
    )


def save(client: Client, account: SocialAccount, **fields: str) -> dict[str, list[str]]:
    """The form's errors; empty where it was saved."""
    reply = client.post(f"/admin/tasks/socialaccount/edit/{account.pk}/", EDITED | fields)
    account.refresh_from_db()
    return {} if reply.status_code == 302 else reply.context["form"].errors


def test_token_does_not_go_to_another_server(admin_client: Client, account: SocialAccount) -> None:
    errors = save(admin_client, account, server="https://evil.example")
    assert "Zugriffstoken neu eingeben" in errors["access_token"][0]
    assert (account.server, account.credentials["access_token"]) == ("https://good.example", "very-secret")


def test_token_that_is_typed_again_goes_to_the_new_server(
    admin_client: Client, account: SocialAccount
) -> None:
    assert (
        save(admin_client, account, server="https://new.example", credentials={"access_token": "new"}) == {}
    )
    assert (account.server, account.credentials["access_token"]) == ("https://new.example", "new")


def test_token_does_not_go_to_another_channel(admin_client: Client, account: SocialAccount) -> None:
    SocialAccount.objects.update(channel="noticeboard")
    assert list(save(admin_client, account)) == ["access_token"]
    assert account.channel == "noticeboard"


def test_channel_without_token_forgets_it(admin_client: Client, account: SocialAccount) -> None:
    assert save(admin_client, account, channel="noticeboard", server="") == {}
    assert (account.channel, account.credentials["access_token"]) == ("noticeboard", "")


def test_token_stays_where_neither_changes(admin_client: Client, account: SocialAccount) -> None:
    assert save(admin_client, account, name="Neu") == {}
    assert (account.name, account.credentials["access_token"]) == ("Neu", "very-secret")


def test_token_is_never_sent_in_clear(admin_client: Client, account: SocialAccount, settings) -> None:
    settings.ANTENNE_HTTP_ALLOW_PRIVATE = False
    errors = save(admin_client, account, server="http://good.example", credentials={"access_token": "new"})
    assert list(errors) == ["server"]
    assert (
        save(admin_client, account, server="https://other.example", credentials={"access_token": "new"}) == {}
    )
    settings.ANTENNE_HTTP_ALLOW_PRIVATE = True
    assert (
        save(admin_client, account, server="http://127.0.0.1:3000", credentials={"access_token": "new"}) == {}
    )

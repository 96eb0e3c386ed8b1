"""The forms of a social media account: what is asked, what is kept, and where a secret may go."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms.plugins import registry
from tasks.social.models import SocialAccount
from tests.factories.social import account as stored

pytestmark = pytest.mark.django_db
GENERAL = {
    "channel-visibility": "public",
    "name": "M",
    "template": "{title}",
    "min_gap": "5",
    "daily_cap": "25",
    "language": "",
    "when_changed": "edit",
    "active": "on",
    "withdraw": "on",
}
LIST = "/admin/tasks/socialaccount/"


@pytest.fixture
def account() -> SocialAccount:
    return stored("mastodon", server="https://good.example", credentials={"access_token": "very-secret"})


def save(client: Client, account: SocialAccount, **fields: str) -> dict[str, list[str]]:
    """The errors of both forms; empty where it was saved."""
    special = {f"channel-{name}": fields.pop(name) for name in ("server", "access_token") if name in fields}
    data = GENERAL | {"channel-server": "https://good.example", "channel-access_token": ""} | special | fields
    reply = client.post(f"/admin/social-accounts/{account.pk}/", data)
    account.refresh_from_db()
    if reply.status_code == 302:
        return {}
    return {**reply.context["general"].errors, **reply.context["special"].errors}


def test_every_channel_can_be_chosen(admin_client: Client) -> None:
    reply = admin_client.get(f"{LIST}create/", follow=True)
    html = reply.content.decode()
    for slug in ("mastodon", "noticeboard"):
        assert f"/admin/social-accounts/add/{slug}/" in html


def test_a_new_account_is_stored_with_its_secret_encrypted(admin_client: Client) -> None:
    data = GENERAL | {"channel-server": "https://good.example/", "channel-access_token": "very-secret"}
    assert admin_client.post("/admin/social-accounts/add/mastodon/", data).status_code == 302
    account = SocialAccount.objects.get()
    assert (account.channel, account.server, account.min_gap) == ("mastodon", "https://good.example", 5)
    assert account.credentials["access_token"] == "very-secret"
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM tasks_socialaccount")
        assert "very-secret" not in cursor.fetchone()[0]


def test_an_account_of_a_channel_that_needs_nothing(admin_client: Client) -> None:
    assert admin_client.post("/admin/social-accounts/add/noticeboard/", GENERAL).status_code == 302
    assert SocialAccount.objects.get().name == "M"


def test_a_channel_that_is_not_installed_is_not_found(admin_client: Client) -> None:
    assert admin_client.get("/admin/social-accounts/add/nothing/").status_code == 404


def test_a_missing_secret_is_asked_for(admin_client: Client) -> None:
    data = GENERAL | {"channel-server": "https://good.example"}
    reply = admin_client.post("/admin/social-accounts/add/noticeboard/", data | {"name": ""})
    assert "name" in reply.context["general"].errors
    assert not SocialAccount.objects.exists()


def test_a_secret_is_never_shown(admin_client: Client, account: SocialAccount) -> None:
    for page in (f"/admin/social-accounts/{account.pk}/", LIST):
        assert "very-secret" not in admin_client.get(page).content.decode()


def test_a_secret_does_not_go_to_another_server(admin_client: Client, account: SocialAccount) -> None:
    errors = save(admin_client, account, server="https://evil.example")
    assert "neu eingeben" in errors["access_token"][0]
    assert (account.server, account.credentials["access_token"]) == ("https://good.example", "very-secret")


def test_a_secret_that_is_typed_again_goes_to_the_new_server(
    admin_client: Client, account: SocialAccount
) -> None:
    assert save(admin_client, account, server="https://new.example", access_token="new") == {}
    assert (account.server, account.credentials["access_token"]) == ("https://new.example", "new")


def test_what_connecting_has_gained_does_not_go_to_another_server(
    admin_client: Client, account: SocialAccount
) -> None:
    SocialAccount.objects.update(credentials={"client_id": "c", "client_secret": "very-secret"})
    assert save(admin_client, account, name="Neu") == {}
    assert account.credentials["client_secret"] == "very-secret"
    assert save(admin_client, account, server="https://new.example") == {}
    assert (account.server, account.credentials) == ("https://new.example", {})


def test_a_new_secret_ends_the_old_session_and_its_trouble(
    admin_client: Client, account: SocialAccount
) -> None:
    SocialAccount.objects.update(session={"token": "old"}, trouble="revoked")
    assert save(admin_client, account, access_token="new") == {}
    assert (account.session, account.trouble) == ({}, "")


def test_a_secret_stays_where_nothing_is_typed(admin_client: Client, account: SocialAccount) -> None:
    assert save(admin_client, account, name="Neu") == {}
    assert (account.name, account.credentials["access_token"]) == ("Neu", "very-secret")


def test_a_secret_is_never_sent_in_clear(admin_client: Client, account: SocialAccount, settings) -> None:
    settings.ANTENNE_HTTP_ALLOW_PRIVATE = False
    assert list(save(admin_client, account, server="http://good.example", access_token="new")) == ["server"]
    settings.ANTENNE_HTTP_ALLOW_PRIVATE = True
    assert save(admin_client, account, server="http://127.0.0.1:3000", access_token="new") == {}


def test_a_placeholder_that_means_nothing_is_named(admin_client: Client, account: SocialAccount) -> None:
    errors = save(admin_client, account, template="{title} {titel}")
    assert "{titel}" in errors["template"][0]


@pytest.mark.parametrize(("permission", "add", "edit"), [("add", 200, 302), ("change", 302, 200)])
def test_each_form_needs_its_permission(
    client: Client, account: SocialAccount, permission: str, add: int, edit: int
) -> None:
    user = User.objects.create_user("u", password="p")
    for codename in ("access_admin", f"{permission}_socialaccount"):
        user.user_permissions.add(*Permission.objects.filter(codename=codename))
    client.force_login(user)
    assert client.get("/admin/social-accounts/add/").status_code == add
    assert client.get(f"/admin/social-accounts/{account.pk}/").status_code == edit


def test_the_list_costs_the_same_for_few_and_many(admin_client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(LIST).status_code == 200
        return len(queries)

    make: Any = lambda: [stored("noticeboard", name=f"B{n}") for n in range(5)]  # noqa: E731
    make()
    admin_client.get(LIST)
    few = cost()
    for _time in range(9):
        make()
    assert cost() == few


@pytest.mark.parametrize(
    ("slug", "field", "right"),
    [
        ("bluesky", "handle", "jumelage.bsky.social"),
        ("telegram", "chat", "@jumelage"),
        ("telegram", "chat", "-1001234567890"),
        ("instagram", "identifier", "17890123"),
        ("facebook", "identifier", "17890123"),
        ("threads", "identifier", "17890123"),
        ("linkedin", "author", "urn:li:organization:12345"),
    ],
)
def test_what_has_a_pattern_is_looked_at_as_a_whole(slug: str, field: str, right: str) -> None:
    """It becomes part of addresses, so a right piece in a wrong text is not enough."""
    form_class = registry().channels()[slug].account_form
    assert field not in form_class({field: right}).errors
    for wrong in (f"x/{right}", f"{right}/../x", f"{right} x", f"x\n{right}"):
        assert field in form_class({field: wrong}).errors

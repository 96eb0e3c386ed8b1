"""What other servers and people see of the site's accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tasks.social.activitypub import addresses, keys
from tasks.social.activitypub.channel import ActivityPubChannel
from tasks.social.activitypub.forms import ActivityPubForm
from tasks.social.activitypub.models import Block, Follower, InboxDelivery
from tasks.social.models import SocialAccount
from tests.factories.fediverse import Somebody, our_account
from tests.factories.social import account, rendered, ticket

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/activity+json, application/ld+json"}
PEOPLE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def ours() -> SocialAccount:
    return our_account(language="de")


def path(uri: str) -> str:
    return uri.removeprefix(addresses.absolute(""))


def test_an_account_is_found_by_its_name(ours: SocialAccount, client: Client) -> None:
    for resource in ("acct:antenne@localhost:8000", addresses.actor_uri(ours)):
        reply = client.get("/.well-known/webfinger", {"resource": resource})
        assert reply["Content-Type"] == "application/jrd+json"
        assert reply["Access-Control-Allow-Origin"] == "*"
        assert reply.json()["subject"] == "acct:antenne@localhost:8000"
        [link] = [one for one in reply.json()["links"] if one["rel"] == "self"]
        assert link["href"] == addresses.actor_uri(ours)
        assert client.get(path(link["href"]), headers=JSON).json()["preferredUsername"] == "antenne"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"resource": ""}, 400),
        ({"resource": "acct:other@localhost:8000"}, 404),
        ({"resource": "acct:antenne@elsewhere.example"}, 404),
        ({"resource": "antenne"}, 404),
    ],
)
def test_who_is_not_here_is_not_found(
    ours: SocialAccount, client: Client, query: dict[str, str], status: int
) -> None:
    assert client.get("/.well-known/webfinger", query).status_code == status


def test_the_profile_names_all_that_belongs_to_it_and_no_secret(ours: SocialAccount, client: Client) -> None:
    ours.options = {**ours.options, "display_name": "Antenne", "summary": "Wir <3 https://a.example"}
    ours.save()
    reply = client.get(path(addresses.actor_uri(ours)), headers=JSON)
    assert reply["Content-Type"] == "application/activity+json"
    assert "Accept" in reply["Vary"]
    shown = reply.json()
    assert shown["id"] == addresses.actor_uri(ours)
    assert shown["name"] == "Antenne"
    assert shown["summary"].startswith("<p>Wir &lt;3 <a href=")
    assert shown["publicKey"]["owner"] == shown["id"]
    assert "BEGIN PUBLIC KEY" in shown["publicKey"]["publicKeyPem"]
    assert "PRIVATE" not in reply.content.decode()
    for name in ("inbox", "outbox", "followers", "following"):
        assert path(shown[name]).startswith("/ap/")


def test_people_are_led_to_the_page(ours: SocialAccount, client: Client) -> None:
    post = rendered()
    published = ActivityPubChannel().publish(post, ours, ticket())
    assert client.get(path(published.url), headers=PEOPLE)["Location"] == post.url
    assert client.get(path(addresses.actor_uri(ours)), headers=PEOPLE)["Location"] == "/"


def test_a_post_and_what_is_left_of_it(ours: SocialAccount, client: Client) -> None:
    published = ActivityPubChannel().publish(rendered(), ours, ticket())
    shown = client.get(path(published.url), headers=JSON)
    assert shown.json()["type"] == "Note"
    assert shown.json()["id"] == published.url
    ActivityPubChannel().delete(ours, published.remote_id)
    left = client.get(path(published.url), headers=JSON)
    assert left.status_code == 410
    assert left.json()["type"] == "Tombstone"
    assert "content" not in left.json()
    assert client.get(path(published.url), headers=PEOPLE).status_code == 404


def test_all_posts_in_pages(ours: SocialAccount, client: Client) -> None:
    for number in range(21):
        ActivityPubChannel().publish(rendered(f"Nr. {number}"), ours, ticket(f"key-{number}"))
    first = client.get(path(addresses.part_uri(ours, "outbox"))).json()
    assert first["totalItems"] == 21
    page = client.get(path(first["first"])).json()
    assert len(page["orderedItems"]) == 20
    assert {one["type"] for one in page["orderedItems"]} == {"Create"}
    last = client.get(path(page["next"])).json()
    assert len(last["orderedItems"]) == 1
    assert "next" not in last


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "9999999", "²"])
def test_a_page_that_is_none_is_not_found(ours: SocialAccount, client: Client, page: str) -> None:
    assert client.get(path(addresses.part_uri(ours, "outbox")), {"page": page}).status_code == 404


def test_who_follows_is_told_to_nobody(ours: SocialAccount, client: Client) -> None:
    Somebody("https://a.example").following(ours)
    reply = client.get(path(addresses.part_uri(ours, "followers")))
    assert reply.json()["totalItems"] == 1
    assert b"a.example" not in reply.content
    assert client.get(path(addresses.part_uri(ours, "following"))).json()["totalItems"] == 0


def test_the_site_says_what_it_is(ours: SocialAccount, client: Client) -> None:
    [link] = client.get("/.well-known/nodeinfo").json()["links"]
    shown = client.get(path(link["href"])).json()
    assert shown["version"] == "2.1"
    assert shown["protocols"] == ["activitypub"]
    assert shown["usage"]["users"] == {"total": 1}
    assert shown["openRegistrations"] is False


def test_a_switched_off_account_is_not_shown(ours: SocialAccount, client: Client) -> None:
    published = ActivityPubChannel().publish(rendered(), ours, ticket())
    SocialAccount.objects.update(active=False)
    for uri in (addresses.actor_uri(ours), addresses.part_uri(ours, "outbox"), published.url):
        assert client.get(path(uri), headers=JSON).status_code == 404
    query = {"resource": "acct:antenne@localhost:8000"}
    assert client.get("/.well-known/webfinger", query).status_code == 404


def test_an_account_without_a_key_is_not_shown_yet(client: Client) -> None:
    made = account("activitypub", options={"handle": "antenne"})
    assert client.get(path(addresses.actor_uri(made)), headers=JSON).status_code == 404
    keys.ensure_key(made)
    first = SocialAccount.objects.get().credentials
    assert client.get(path(addresses.actor_uri(made)), headers=JSON).status_code == 200
    keys.ensure_key(made)
    assert SocialAccount.objects.get().credentials == first


def test_an_account_of_another_channel_is_none(client: Client) -> None:
    other = account("noticeboard", options={"handle": "antenne"})
    assert client.get(path(addresses.actor_uri(other)), headers=JSON).status_code == 404


@pytest.mark.parametrize(
    ("typed", "valid"),
    [("antenne", True), ("antenne_fr", True), ("Antenne", False), ("a b", False), ("", False), ("é", False)],
)
def test_a_name_is_one_that_all_servers_take(typed: str, valid: bool) -> None:
    assert ActivityPubForm({"handle": typed}).is_valid() is valid


def test_a_name_belongs_to_one_account_for_ever(ours: SocialAccount) -> None:
    assert "handle" in ActivityPubForm({"handle": "antenne"}).errors
    known: Any = {"handle": "antenne"}
    assert ActivityPubForm({"handle": "antenne"}, initial=known).is_valid()
    assert "handle" in ActivityPubForm({"handle": "other"}, initial=known).errors


def test_the_admin_lists_followers_blocks_and_deliveries(ours: SocialAccount, admin_client: Client) -> None:
    Somebody("https://a.example").following(ours)
    ActivityPubChannel().publish(rendered(), ours, ticket())
    for model, text in ((Follower, "@anna@a.example"), (InboxDelivery, "https://a.example/inbox")):
        page = admin_client.get(f"/admin/tasks/{model._meta.model_name}/")
        assert page.status_code == 200
        assert text in page.content.decode()
    assert admin_client.get("/admin/tasks/follower/create/").status_code in (302, 403)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Spam.Example", "spam.example"),
        ("@spam.example", "spam.example"),
        ("https://spam.example/users/a/", "https://spam.example/users/a"),
        ("spam example", None),
    ],
)
def test_a_block_is_entered_in_the_admin(admin_client: Client, typed: str, kept: str | None) -> None:
    admin_client.post("/admin/tasks/block/create/", {"target": typed, "reason": ""})
    assert list(Block.objects.values_list("target", flat=True)) == ([kept] if kept else [])

"""What an editor does about a post that is out, lost, or to be made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tasks.announcements.overview import editions_of
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.channel import Capabilities
from tasks.social.models import Post
from tasks.social.noticeboard.channel import NoticeboardChannel
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.social import account
from tests.unit.test_posts_view import editor


@pytest.fixture
def page(site_tree: SiteTree) -> Any:
    """A live page with one post on the notice board, which hangs there."""
    account("noticeboard", name="Unser Brett")
    live = publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    Post.objects.update(
        state=State.SENT,
        remote_id="7",
        remote_url="https://brett.example/7",
        text="Kongress",
        sent_at=timezone.now(),
    )
    return live


@pytest.fixture
def by_hand(page: Any, monkeypatch: pytest.MonkeyPatch) -> Post:
    """The same post, where the service waits for a person."""
    can(monkeypatch, by_hand=True, delete=False)
    Post.objects.update(state=State.DEFERRED, next_try_at=None, remote_id="", remote_url="", sent_at=None)
    return Post.objects.get()


def shown(client: Client, page: Any) -> BeautifulSoup:
    html = client.get(reverse("announcements:page", args=[page.pk])).content
    return BeautifulSoup(html, "html.parser")


def act(client: Client, page: Any, action: str, **data: Any) -> Post:
    sent = {"post": Post.objects.get().pk, "action": action} | data
    reply = client.post(reverse("announcements:posts_act", args=[page.pk]), sent)
    assert reply.status_code == 302
    return Post.objects.get()


def can(monkeypatch: pytest.MonkeyPatch, **capabilities: Any) -> None:
    monkeypatch.setattr(NoticeboardChannel, "capabilities", Capabilities(**capabilities))


def buttons(html: BeautifulSoup) -> set[str]:
    return {button["value"] for button in html.select("button[name=action]")}


def test_a_post_that_is_out_can_be_updated_and_deleted(admin_client: Client, page) -> None:
    html = shown(admin_client, page)
    assert buttons(html) == {"edit", "delete"}
    assert html.find("a", href="https://brett.example/7")
    assert act(admin_client, page, "edit").edit_requested_at
    assert "edit" not in buttons(shown(admin_client, page))
    assert act(admin_client, page, "delete").withdraw_requested_at
    assert buttons(shown(admin_client, page)) == set()


def test_deleting_asks_before(admin_client: Client, page) -> None:
    button = shown(admin_client, page).find("button", value="delete")
    assert button.find_parent("details") is not None


@pytest.mark.parametrize("capability", ["edit", "delete"])
def test_what_the_service_cannot_do_is_neither_offered_nor_asked_for(
    admin_client: Client, page, monkeypatch, capability: str
) -> None:
    can(monkeypatch, **{"edit": True, "delete": True, capability: False})
    assert capability not in buttons(shown(admin_client, page))
    post = act(admin_client, page, capability)
    assert post.edit_requested_at is None
    assert post.withdraw_requested_at is None


def test_a_post_of_a_channel_that_is_gone_is_still_shown(admin_client: Client, page) -> None:
    Post.objects.get().account.delete()
    html = shown(admin_client, page)
    assert "Unser Brett" in html.get_text()
    assert buttons(html) == set()


def test_a_lost_post_says_whether_it_was_looked_for(admin_client: Client, page) -> None:
    Post.objects.update(state=State.UNKNOWN, remote_id="", looked_at=None)
    row = shown(admin_client, page).find(class_="tally--unknown").find_parent("td")
    before = row.get_text()
    Post.objects.update(looked_at=timezone.now())
    after = shown(admin_client, page).find(class_="tally--unknown").find_parent("td").get_text()
    assert before != after
    assert buttons(shown(admin_client, page)) == {"again", "sent", "delete"}


def test_what_is_posted_by_hand_is_ready_to_be_copied(admin_client: Client, page, by_hand) -> None:
    html = shown(admin_client, page)
    assert html.find("textarea", id=f"text-{by_hand.pk}").get_text().strip() == "Kongress"
    assert html.find(id=f"link-{by_hand.pk}")["value"].startswith("http")
    for button in html.select("[data-copy]"):
        assert html.find(id=button["data-copy"]) is not None


def test_posted_by_hand_is_noted_with_its_link(admin_client: Client, page, by_hand) -> None:
    post = act(admin_client, page, "posted", posted="1", url="https://gruppe.example/1")
    assert (post.state, post.remote_url) == (State.SENT, "https://gruppe.example/1")
    assert post.sent_at is not None
    assert "posted" not in buttons(shown(admin_client, page))


@pytest.mark.parametrize(
    "data", [{}, {"posted": "1", "url": "javascript:alert(1)"}, {"posted": "1", "url": "x"}]
)
def test_posted_needs_the_tick_and_a_link_that_is_one(
    admin_client, page, by_hand, data: dict[str, str]
) -> None:
    assert act(admin_client, page, "posted", **data).state == State.DEFERRED


def test_a_post_that_does_not_wait_for_anybody_cannot_be_noted_as_posted(admin_client: Client, page) -> None:
    act(admin_client, page, "posted", posted="1", url="https://andere.example/")
    assert Post.objects.get().remote_url == "https://brett.example/7"


def test_waiting_for_a_person_does_not_keep_the_view_asking(page, by_hand, admin_user: User) -> None:
    announcement = editions_of(page, admin_user)[0]
    assert not any(line.is_moving for line in announcement.posts)
    Post.objects.update(next_try_at=timezone.now())
    assert all(line.is_moving for line in editions_of(page, admin_user)[0].posts)


@pytest.mark.parametrize("data", [{"action": "explode"}, {"post": "abc"}, {"post": ""}, {"post": "9" * 30}])
def test_garbage_is_a_bad_request(admin_client: Client, page, data: dict[str, str]) -> None:
    sent = {"post": Post.objects.get().pk, "action": "edit"} | data
    assert admin_client.post(reverse("announcements:posts_act", args=[page.pk]), sent).status_code == 400


def test_another_pages_post_cannot_be_touched(admin_client: Client, page, site_tree: SiteTree) -> None:
    other = draft(site_tree.news["de"])
    sent = {"post": Post.objects.get().pk, "action": "delete"}
    assert admin_client.post(reverse("announcements:posts_act", args=[other.pk]), sent).status_code == 404


def test_acting_takes_the_right_to_publish(page, site_tree: SiteTree) -> None:
    author = editor(site_tree, "change_page")
    assert buttons(shown(author, page)) == set()
    sent = {"post": Post.objects.get().pk, "action": "delete"}
    assert author.post(reverse("announcements:posts_act", args=[page.pk]), sent).status_code in (302, 403)
    assert Post.objects.get().withdraw_requested_at is None


def test_acting_is_no_reading(admin_client: Client, page) -> None:
    assert admin_client.get(reverse("announcements:posts_act", args=[page.pk])).status_code == 405

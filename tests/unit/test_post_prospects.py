"""Why an account would post a page or would not, and what becomes of a no that turns into a yes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.channel import Limits
from tasks.social.models import Post, SocialAccount
from tasks.social.noticeboard.models import Notice
from tasks.social.posts.sending import send_posts
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.social import account
from tests.unit.test_posts_view import entered, shown, url


@pytest.fixture
def board(db: None) -> SocialAccount:
    return account("noticeboard", name="Unser Brett")


@pytest.fixture
def page(site_tree: SiteTree, board: SocialAccount) -> Any:
    return draft(site_tree.news["de"], title="Kongress", lead="Zwei Tage.")


def sentence(client: Client, page: Any) -> str:
    return str(shown(client, page).find(class_="sheet__prospect").get_text(strip=True))


def left_out(client: Client, page: Any) -> list[str]:
    section = shown(client, page).find(attrs={"aria-labelledby": "left-out"})
    return [item.get_text(" ", strip=True) for item in section.select("li")] if section else []


def test_an_account_says_that_it_posts(admin_client: Client, page: Any) -> None:
    assert sentence(admin_client, page) == "Es postet, sobald die Seite live ist."
    assert left_out(admin_client, page) == []


def test_an_account_says_why_it_does_not_post(admin_client: Client, page: Any, board: SocialAccount) -> None:
    admin_client.post(url(page), entered(board, wanted=None))
    assert "weil es jemand aus der Redaktion so wollte" in sentence(admin_client, page)
    SocialAccount.objects.update(by_default=False)
    assert "nur, was die Redaktion dafür auswählt" in sentence(admin_client, page)


def test_an_account_in_trouble_says_so(admin_client: Client, page: Any) -> None:
    SocialAccount.objects.update(trouble="token revoked")
    assert "token revoked" in sentence(admin_client, page)


def test_an_account_says_when_it_posts(admin_client: Client, page: Any, board: SocialAccount) -> None:
    at = (timezone.localtime() + timedelta(days=40)).replace(second=0, microsecond=0)
    admin_client.post(url(page), entered(board, send_at=at.strftime("%Y-%m-%d %H:%M")))
    assert at.strftime("%d.%m.%Y %H:%M") in sentence(admin_client, page)


@pytest.mark.parametrize("field", [{"min_gap": 90}, {"daily_cap": 1}])
def test_an_account_that_has_posted_much_says_when_its_turn_is(
    admin_client: Client, site_tree: SiteTree, page: Any, field: dict[str, int]
) -> None:
    publish(draft(site_tree.news["de"], title="Anderes"))
    route_due()
    Post.objects.update(state=State.SENT, tried_at=timezone.now())
    SocialAccount.objects.update(**field)
    assert "nächstes Mal" in sentence(admin_client, page)


def test_accounts_that_the_page_is_not_for_are_named_with_the_reason(admin_client: Client, page: Any) -> None:
    account("noticeboard", name="Aus", active=False)
    account("noticeboard", name="Le tableau", language="fr")
    translation(page, "fr")
    off, french = left_out(admin_client, page)
    assert "Aus" in off
    assert "abgeschaltet" in off
    assert "Le tableau" in french
    assert "eigene Fassung" in french


def test_a_no_that_turns_into_a_yes_is_posted_once(
    admin_client: Client, page: Any, board: SocialAccount
) -> None:
    publish(page)
    route_due()
    admin_client.post(url(page), entered(board, wanted=None))
    send_posts(5)
    assert Post.objects.get().state == State.SUPPRESSED
    for _time in range(2):
        admin_client.post(url(page), entered(board))
        send_posts(5)
    post = Post.objects.get()
    assert (post.state, post.code, post.detail) == (State.SENT, "", "")
    assert Notice.objects.count() == 1


def test_a_no_before_publishing_can_be_taken_back_after_it(
    admin_client: Client, page: Any, board: SocialAccount
) -> None:
    admin_client.post(url(page), entered(board, wanted=None))
    publish(page)
    route_due()
    assert Post.objects.get().state == State.SUPPRESSED
    admin_client.post(url(page), entered(board))
    assert Post.objects.get().state == State.PENDING


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.UNKNOWN, State.SENDING])
def test_what_was_tried_is_not_revived(
    admin_client: Client, page: Any, board: SocialAccount, state: State
) -> None:
    publish(page)
    route_due()
    admin_client.post(url(page), entered(board, wanted=None))
    Post.objects.update(state=state)
    admin_client.post(url(page), entered(board))
    assert Post.objects.get().state == state


def test_what_was_stopped_for_another_reason_stays_so(
    admin_client: Client, page: Any, board: SocialAccount
) -> None:
    live = publish(page)
    route_due()
    live.unpublish()
    assert Post.objects.get().state == State.SUPPRESSED
    admin_client.post(url(page), entered(board, wanted=None))
    admin_client.post(url(page), entered(board))
    assert Post.objects.get().state == State.SUPPRESSED


def test_a_page_that_has_left_is_posted_by_nobodys_yes(
    admin_client: Client, page: Any, board: SocialAccount
) -> None:
    live = publish(page)
    route_due()
    admin_client.post(url(page), entered(board, wanted=None))
    live.unpublish()
    admin_client.post(url(page), entered(board))
    assert Post.objects.get().state == State.SUPPRESSED


def test_the_count_names_its_unit(admin_client: Client, page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    html = shown(admin_client, page)
    assert "500 Zeichen" in html.find(attrs={"data-count": True}).get_text()
    monkeypatch.setattr(
        "tasks.social.noticeboard.channel.NoticeboardChannel.limits",
        lambda channel, account: Limits(max_length=500, unit="bytes"),
    )
    html = shown(admin_client, page)
    assert "500 Bytes" in html.find(attrs={"data-count": True}).get_text()

"""What becomes of posts that are out when their page changes."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.ledger.models import State
from tasks.social.channel import (
    Published,
)
from tasks.social.models import Post, PostPlan, SocialAccount
from tasks.social.noticeboard.channel import NoticeboardChannel
from tasks.social.noticeboard.models import Notice
from tasks.social.posts.editing import edit_due
from tasks.social.posts.sending import send_posts
from tasks.social.posts.withdrawing import delete_withdrawn
from tests.factories.pages import SiteTree
from tests.factories.posting import published
from tests.factories.publishing import publish
from tests.factories.social import account

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted(site_tree: SiteTree) -> Any:
    account("noticeboard")
    page = published(site_tree, title="Kongres")
    send_posts(5)
    return page


def test_a_corrected_title_reaches_the_post(posted: Any) -> None:
    publish(posted, title="Kongress")
    assert edit_due(5) == 1
    assert Notice.objects.get().text.startswith("Kongress\n\n")
    post = Post.objects.get()
    assert post.text.startswith("Kongress\n\n")
    assert post.edited_at
    assert edit_due(5) == 0


def test_a_new_address_reaches_the_post(posted: Any) -> None:
    publish(posted, slug="anders")
    assert edit_due(5) == 1
    assert Notice.objects.get().url.endswith("/anders/")


def test_an_edit_that_changes_nothing_of_the_post_asks_nobody(posted: Any, monkeypatch) -> None:
    monkeypatch.setattr(NoticeboardChannel, "update", lambda *args: pytest.fail("asked"))
    publish(posted, announce="first")
    assert edit_due(5) == 0
    assert Post.objects.get().edit_requested_at is None


def test_an_account_can_leave_its_posts_alone(posted: Any) -> None:
    SocialAccount.objects.update(when_changed="keep")
    publish(posted, title="Kongress")
    assert edit_due(5) == 0
    assert Notice.objects.get().text.startswith("Kongres\n\n")


def test_a_post_that_is_gone_is_not_edited_for_ever(posted: Any) -> None:
    Notice.objects.all().delete()
    publish(posted, title="Kongress")
    assert edit_due(5) == 0
    post = Post.objects.get()
    assert (post.edit_requested_at, post.state) == (None, State.SENT)
    assert "nicht mehr da" in post.detail


def test_an_edit_that_is_asked_for_meanwhile_gets_its_turn(posted: Any, monkeypatch) -> None:
    page = publish(posted, title="Kongress")
    update = NoticeboardChannel.update

    def and_again(*arguments: Any) -> Published:
        monkeypatch.undo()
        publish(page, title="Kongress in Lyon")
        return update(*arguments)

    monkeypatch.setattr(NoticeboardChannel, "update", and_again)
    edit_due(5)
    assert Notice.objects.get().text.startswith("Kongress\n")
    edit_due(5)
    assert Notice.objects.get().text.startswith("Kongress in Lyon\n")
    assert Post.objects.get().edit_requested_at is None


def test_an_account_that_was_switched_off_edits_nothing(posted: Any) -> None:
    publish(posted, title="Kongress")
    SocialAccount.objects.update(active=False)
    assert edit_due(5) == 0
    assert Notice.objects.get().text.startswith("Kongres\n")
    SocialAccount.objects.update(active=True)
    assert edit_due(5) == 1


def test_a_post_that_was_taken_back_is_not_edited_any_more(posted: Any) -> None:
    posted.unpublish()
    assert delete_withdrawn(5) == 1
    publish(posted, title="Kongress")
    assert Post.objects.get().edit_requested_at is None


def test_an_edit_waits_for_its_page(posted: Any, settings: Any) -> None:
    publish(posted, title="Kongress")
    settings.ANTENNE_PAGE_GATE = True
    assert edit_due(5) == 0
    post = Post.objects.get()
    assert "antwortet nicht" in post.detail
    assert post.edit_requested_at
    assert Notice.objects.get().text.startswith("Kongres\n")


def test_an_edit_that_fails_is_tried_again(posted: Any, monkeypatch) -> None:
    publish(posted, title="Kongress")
    with monkeypatch.context() as patch:
        patch.setattr(NoticeboardChannel, "update", lambda *args: 1 / 0)
        assert edit_due(5) == 0
    assert "division" in Post.objects.get().detail
    assert edit_due(5) == 1
    assert Post.objects.get().detail == ""


def test_an_edit_that_does_not_fit_leaves_the_post_and_says_why(posted: Any) -> None:
    PostPlan.objects.create(page_ref=posted.pk, account=SocialAccount.objects.get(), text="x" * 600)
    publish(posted, title="Kongress")
    assert edit_due(5) == 0
    assert "zu lang" in Post.objects.get().detail
    assert Notice.objects.get().text.startswith("Kongres\n\n")


def test_a_page_that_has_left_edits_no_post(posted: Any) -> None:
    SocialAccount.objects.update(withdraw=False)
    publish(posted, title="Kongress").unpublish()
    assert edit_due(5) == 0
    assert Post.objects.get().edit_requested_at is None
    assert Notice.objects.get().text.startswith("Kongres\n\n")

"""What an editor says of a page's posts before they go out, and sees of them meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.images.models import Filter
from wagtail.models import GroupPagePermission
from wagtail_factories import ImageFactory

from cms.plugins import registry
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.social.models import Post, PostPlan, SocialAccount
from tasks.social.posts.sending import send_posts
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.social import account

TOO_LONG = "w" * 510


@pytest.fixture
def board(db: None) -> SocialAccount:
    """The notice board: 500 characters, a link counts 23."""
    return account("noticeboard", name="Unser Brett")


@pytest.fixture
def page(site_tree: SiteTree, board: SocialAccount) -> Any:
    """A draft that nobody has published."""
    return draft(site_tree.news["de"], title="Kongress", lead="Zwei Tage.")


@pytest.fixture
def image(db: None) -> Any:
    """A picture whose renditions are there: Wagtail leaves the files open from which it makes them."""
    made = ImageFactory(title="Fahnen")
    for spec in ("width-1200", "max-165x165"):
        key = Filter(spec=spec).get_cache_key(made)
        made.renditions.create(filter_spec=spec, focal_point_key=key, width=9, height=9, file=made.file.name)
    return made


def url(page: Any, name: str = "posts") -> str:
    return reverse(f"announcements:{name}", args=[page.pk])


def entered(*accounts: SocialAccount, **fields: Any) -> dict[str, Any]:
    """What the form sends: ``fields`` for the first account, nothing changed for the others."""
    data = {f"account-{one.pk}-wanted": "on" for one in accounts if one.by_default}
    data |= {f"account-{accounts[0].pk}-{name}": value for name, value in fields.items()}
    return {name: value for name, value in data.items() if value is not None}


def shown(client: Client, page: Any) -> BeautifulSoup:
    reply = client.get(url(page))
    assert reply.status_code == 200
    return BeautifulSoup(reply.content, "html.parser")


def editor(site: SiteTree, *permissions: str) -> Client:
    """Somebody who has these permissions on the whole site."""
    group = Group.objects.create(name="Redaktion")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in permissions:
        permission = Permission.objects.get(codename=codename, content_type__app_label="wagtailcore")
        GroupPagePermission.objects.create(group=group, page=site.homes["de"], permission=permission)
    user = User.objects.create_user("rita", password="x")
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


def test_every_account_shows_what_it_would_post_and_how_long_that_is(admin_client: Client, page) -> None:
    sheet = shown(admin_client, page).find("section", class_="sheet")
    text = sheet.find(class_="post__text").get_text("\n")
    assert "Kongress" in text
    assert "Zwei Tage." in text
    link = sheet.find(class_="post__link").get_text()
    tags = [tag.get_text() for tag in sheet.find_all(class_="post__link")[1:]]
    expected = len("Kongress\n\nZwei Tage.\n\n") + 23 + sum(map(len, tags)) + (len(tags) + 1 if tags else 0)
    assert link.startswith("http")
    assert sheet.find(attrs={"data-count": True}).get_text().split()[0] == str(expected)


def test_saving_without_a_word_stores_nothing(admin_client: Client, page, board) -> None:
    assert admin_client.post(url(page), entered(board)).status_code == 302
    assert not PostPlan.objects.exists()


def test_own_words_are_kept_for_one_account_alone(admin_client: Client, page, board) -> None:
    other = account("noticeboard", name="Zweites Brett")
    data = entered(board, other, text="Kommt alle! {title}", hashtags="Hannover Rouen")
    assert admin_client.post(url(page), data).status_code == 302
    plan = PostPlan.objects.get()
    assert (plan.account, plan.page_ref, plan.text) == (board, page.pk, "Kommt alle! {title}")
    assert plan.changed_by.username == "admin"
    first, second = (part.get_text() for part in shown(admin_client, page).find_all(class_="post__text"))
    assert "Kommt alle! Kongress" in first
    assert "#Hannover #Rouen" in first
    assert "Kommt alle!" not in second


def test_taking_everything_back_forgets_the_plan(admin_client: Client, page, board) -> None:
    admin_client.post(url(page), entered(board, text="Kommt alle!"))
    admin_client.post(url(page), entered(board, text=""))
    assert not PostPlan.objects.exists()


def test_an_account_can_be_left_out_and_the_page_is_not_posted_there(admin_client, page, board) -> None:
    admin_client.post(url(page), entered(board, wanted=None))
    publish(page)
    route_due()
    assert Post.objects.get().state == State.SUPPRESSED


def test_too_long_a_text_is_an_error_at_the_field_with_both_numbers(admin_client, page, board) -> None:
    reply = admin_client.post(url(page), entered(board, text=TOO_LONG))
    html = BeautifulSoup(reply.content, "html.parser")
    errors = [error.get_text(strip=True) for error in html.select("section .w-field__errors .error-message")]
    assert len(errors) == 1
    assert "535" in errors[0]
    assert "500" in errors[0]
    assert html.find(class_="post-count--over").get_text().split()[0] == "535"
    assert not PostPlan.objects.exists()


def test_a_name_in_braces_that_means_nothing_is_an_error(admin_client: Client, page, board) -> None:
    reply = admin_client.post(url(page), entered(board, text="{titel}"))
    assert "{titel}" in BeautifulSoup(reply.content, "html.parser").find(class_="error-message").get_text()
    assert not PostPlan.objects.exists()


def test_what_is_wrong_with_an_untouched_account_keeps_nothing_from_being_saved(
    admin_client: Client, page, board
) -> None:
    broken = account("noticeboard", name="Altes Brett", template=TOO_LONG)
    assert admin_client.post(url(page), entered(board, broken, text="Kommt!")).status_code == 302
    assert PostPlan.objects.get().account == board
    assert shown(admin_client, page).find(attrs={"data-problems": True})


def test_an_image_of_ones_own_needs_an_alternative_text(admin_client, page, board, image) -> None:
    reply = admin_client.post(url(page), entered(board, image=image.pk))
    assert reply.status_code == 200
    assert not PostPlan.objects.exists()
    with_words = entered(board, image=image.pk, alt="Zwei Fahnen")
    assert admin_client.post(url(page), with_words).status_code == 302
    picture = shown(admin_client, page).find(class_="post__picture")
    assert picture["alt"] == "Zwei Fahnen"


def test_preview_counts_what_is_typed_and_changes_nothing(admin_client: Client, page, board) -> None:
    data = entered(board, text="Kommt 👨‍👩‍👧‍👦!") | {"account": board.pk}
    with CaptureQueriesContext(connection) as captured:
        html = BeautifulSoup(admin_client.post(url(page, "posts_preview"), data).content, "html.parser")
    assert html.find(attrs={"data-count": True}).get_text().split()[0] == str(len("Kommt X!\n\n") + 23)
    assert not [query for query in captured if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert not PostPlan.objects.exists()


def test_preview_button_shows_what_was_typed_without_saving(admin_client: Client, page, board) -> None:
    reply = admin_client.post(url(page), entered(board, text="Kommt alle!") | {"preview": "1"})
    assert "Kommt alle!" in BeautifulSoup(reply.content, "html.parser").find(class_="post__text").get_text()
    assert not PostPlan.objects.exists()


@pytest.mark.parametrize("key", ["", "abc", "999999"])
def test_preview_of_no_account_is_not_found(admin_client: Client, page, key: str) -> None:
    assert admin_client.post(url(page, "posts_preview"), {"account": key}).status_code == 404


def test_what_an_editor_writes_is_shown_as_text(admin_client: Client, page, board) -> None:
    data = entered(board, text="<script>alert(1)</script>") | {"account": board.pk}
    html = admin_client.post(url(page, "posts_preview"), data).content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>" not in html


def test_a_channel_that_fails_says_so_and_stops_no_other(admin_client, page, board, monkeypatch) -> None:
    gone = account("noticeboard", name="Verwaist")
    SocialAccount.objects.filter(pk=gone.pk).update(channel="gibtsnicht")
    html = shown(admin_client, page)
    assert "gibtsnicht" in html.find(attrs={"data-account": gone.pk}).find(attrs={"data-problems": True}).text
    assert html.find(attrs={"data-account": board.pk}).find(class_="post__text")


def test_accounts_of_a_language_are_seen_at_the_page_of_that_language(admin_client, page, board) -> None:
    french = account("noticeboard", name="Le tableau", language="fr")
    assert "Le tableau" in shown(admin_client, page).get_text()
    other = translation(page, "fr", title="Congrès")
    assert shown(admin_client, page).find(attrs={"data-account": french.pk}) is None
    assert "Congrès" in shown(admin_client, other).find(attrs={"data-account": french.pk}).get_text()


def test_a_waiting_post_follows_a_plan_that_is_changed_later(admin_client: Client, page, board) -> None:
    publish(page)
    route_due()
    tomorrow = (timezone.localtime() + timedelta(days=1)).replace(second=0, microsecond=0)
    admin_client.post(url(page), entered(board, send_at=tomorrow.strftime("%Y-%m-%d %H:%M")))
    assert Post.objects.get().next_try_at == tomorrow
    admin_client.post(url(page), entered(board, wanted=None))
    assert Post.objects.get().state == State.SUPPRESSED


def test_a_post_that_is_out_is_left_alone_by_a_plan(admin_client: Client, page, board) -> None:
    publish(page)
    route_due()
    Post.objects.update(state=State.SENT)
    admin_client.post(url(page), entered(board, wanted=None))
    assert Post.objects.get().state == State.SENT


def test_who_may_not_edit_the_page_sees_and_saves_nothing(page, site_tree: SiteTree, board) -> None:
    visitor = editor(site_tree)
    assert visitor.get(url(page)).status_code in (302, 403)
    assert visitor.post(url(page), entered(board, text="x")).status_code in (302, 403)
    assert visitor.post(url(page, "posts_preview"), {"account": board.pk}).status_code in (302, 403)
    assert not PostPlan.objects.exists()


def test_without_the_right_to_publish_a_draft_is_planned_and_a_live_page_only_looked_at(
    page, site_tree: SiteTree, board
) -> None:
    author = editor(site_tree, "change_page")
    assert author.post(url(page), entered(board, text="Kommt alle!")).status_code == 302
    publish(page)
    looked_at = shown(author, page)
    assert looked_at.find("textarea", attrs={"disabled": True})
    assert author.post(url(page), entered(board, text="Etwas anderes")).status_code in (302, 403)
    assert PostPlan.objects.get().text == "Kommt alle!"


def test_saving_needs_the_token_of_the_form(page, admin_user: User, board) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert strict.post(url(page), entered(board, text="x")).status_code == 403


def test_a_page_of_another_kind_has_no_posts(admin_client: Client, site_tree: SiteTree) -> None:
    assert admin_client.get(url(site_tree.homes["de"])).status_code == 404


def test_the_view_costs_the_same_for_few_and_many_accounts(admin_client: Client, page, image) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(admin_client, page)
        return len(captured)

    def connect(number: int) -> None:
        for _number in range(number):
            made = account("noticeboard", name=f"Brett {_number}")
            PostPlan.objects.create(page_ref=page.pk, account=made, image=image, alt="Fahnen")

    connect(4)
    cost()
    few = cost()
    connect(45)
    assert cost() == few


def test_the_page_editor_leads_to_the_posts(admin_client: Client, page) -> None:
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert url(page) in html


@pytest.mark.parametrize("slug", sorted(registry().channels()))
def test_every_channel_brings_a_preview_that_shows_the_page(admin_client: Client, page, slug: str) -> None:
    channel = registry().channels()[slug]
    assert get_template(channel.preview_template)
    made = account(slug, name="Ein Konto", server="https://dienst.example")
    sheet = shown(admin_client, page).find(attrs={"data-account": made.pk})
    assert "Kongress" in sheet.find(class_="post").get_text()


def test_the_preview_is_what_is_sent(admin_client: Client, page, board) -> None:
    admin_client.post(url(page), entered(board, text="Kommt alle! {title}", hashtags="Hannover"))
    seen = shown(admin_client, page).find(class_="post__text").get_text()
    publish(page)
    route_due()
    send_posts(5)
    sent = Post.objects.get()
    assert sent.state == State.SENT
    assert sent.text.replace("\n", "") == seen.strip()

"""Who sees which of the admin's lists and views, and what they cost; the forms beside them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import GroupPagePermission, Page

from tasks.announcements.dashboard import OutboxPanel
from tasks.announcements.models import Announcement
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.links import confirm_url
from tasks.newsletter.models import Delivery, Standing, SubscriptionRequest
from tasks.newsletter.topics import topic_label
from tasks.social.models import Post, SocialAccount
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.subscribers import subscriber

SECRET = "secret@example.org"
REGISTRIES = ("announcement", "campaign", "delivery", "post", "subscriber", "socialaccount")


def user_with(*permissions: str, name: str = "fred") -> User:
    """Somebody who may enter the admin and has ``permissions`` of this app."""
    user = User.objects.create_user(name, password="x")
    wanted = Permission.objects.filter(codename__in=("access_admin", *permissions))
    user.user_permissions.set(wanted.filter(content_type__app_label__in=("wagtailadmin", "tasks")))
    return user


def allow(user: User, page: Page, *actions: str) -> None:
    """Let the user do ``actions`` (“change”, “publish”) with the page and what is below it."""
    group = Group.objects.create(name=f"{user} {page.pk} {actions}")
    user.groups.add(group)
    for action in actions:
        permission = Permission.objects.get(codename=f"{action}_page", content_type__model="page")
        GroupPagePermission.objects.create(group=group, page=page, permission=permission)


def texts(client: Client, model: str, pk: int) -> list[str]:
    """All that the registry of ``model`` answers: list, one row, its history, export."""
    base = f"/admin/tasks/{model}"
    urls = ("/", f"/inspect/{pk}/", f"/history/{pk}/", "/?export=csv", "/?export=xlsx")
    return [body(client.get(base + url)) for url in urls]


def body(response: Any) -> str:
    return response.getvalue().decode("utf-8", "replace")


@pytest.fixture
def bilingual(site_tree: SiteTree) -> dict[str, Any]:
    """A page in German and French; one mail and one post of the German one, outcome unknown."""
    subscriber("de", email=SECRET)
    SocialAccount.objects.create(name="Unser Brett", channel="noticeboard")
    german = publish(draft(site_tree.news["de"], title="Kongress"))
    french = publish(translation(german, "fr", title="Congrès"))
    route_due()
    Delivery.objects.update(state=State.UNKNOWN, detail=f"550 {SECRET}")
    Post.objects.update(state=State.UNKNOWN)
    return {"de": german, "fr": french}


@pytest.mark.parametrize("model", ["subscriber", "delivery"])
def test_permission_to_add_shows_no_address(bilingual, client: Client, model: str) -> None:
    row = Delivery.objects.get()
    client.force_login(user_with(f"add_{model}"))
    for text in texts(client, model, row.pk if model == "delivery" else row.subscriber_id):
        assert SECRET not in text


@pytest.mark.parametrize("model", ["subscriber", "delivery"])
def test_permission_to_view_shows_addresses(bilingual, client: Client, model: str) -> None:
    row = Delivery.objects.get()
    client.force_login(user_with(f"view_{model}"))
    *pages, _xlsx = texts(client, model, row.pk if model == "delivery" else row.subscriber_id)
    assert all(SECRET in text for text in pages)


@pytest.mark.parametrize("may_view", [False, True])
def test_announcement_view_names_recipients_to_those_who_may_see_them(
    bilingual, client: Client, may_view: bool
) -> None:
    user = user_with(*["view_delivery"] * may_view)
    allow(user, bilingual["de"], "change", "publish")
    client.force_login(user)
    for name in ("announcements:page", "announcements:state"):
        html = body(client.get(reverse(name, args=[bilingual["de"].pk])))
        assert 'class="unknown"' in html
        assert (SECRET in html) == may_view


@pytest.mark.parametrize(("language", "done"), [("fr", False), ("de", True)])
@pytest.mark.parametrize("kind", ["mail", "post", "failed"])
def test_acting_on_a_row_needs_the_right_to_publish_what_was_sent(
    bilingual, site_tree: SiteTree, client: Client, kind: str, language: str, done: bool
) -> None:
    state = State.FAILED if kind == "failed" else State.UNKNOWN
    Delivery.objects.update(state=state)
    mail, post = Delivery.objects.get(), Post.objects.get()
    key = {"mail": mail.pk, "post": post.pk, "failed": mail.campaign_id}[kind]
    user = user_with()
    allow(user, site_tree.homes["de"], "change")
    allow(user, site_tree.homes[language], "change", "publish")
    client.force_login(user)
    for page in bilingual.values():
        data = {"announcement": mail.announcement_id, "action": "again", "kind": kind, "row": key}
        client.post(reverse("announcements:act", args=[page.pk]), data)
        shown = body(client.get(reverse("announcements:page", args=[page.pk])))
        assert ('value="again"' in shown) <= done
    row = post if kind == "post" else mail
    row.refresh_from_db()
    assert (row.state == State.PENDING) == done


@pytest.mark.parametrize("languages", [["fr"], ["de"], ["de", "fr"]])
def test_sending_at_once_needs_the_right_to_publish_every_language(
    bilingual, site_tree: SiteTree, client: Client, languages: list[str]
) -> None:
    user = user_with()
    for language in languages:
        allow(user, site_tree.homes[language], "change", "publish")
    client.force_login(user)
    announcement = Announcement.objects.get()
    url = reverse("announcements:act", args=[bilingual[languages[0]].pk])
    client.post(url, {"announcement": announcement.pk, "action": "send_now"})
    before = announcement.wait_until
    announcement.refresh_from_db()
    assert (announcement.wait_until < before) == (len(languages) == 2)


def test_row_of_a_deleted_page_is_resolved_from_a_translation(
    bilingual, site_tree: SiteTree, client: Client
) -> None:
    user = user_with()
    allow(user, site_tree.homes["fr"], "change", "publish")
    client.force_login(user)
    Page.objects.get(pk=bilingual["de"].pk).delete()
    Delivery.objects.update(state=State.UNKNOWN)
    row = Delivery.objects.get()
    data = {"announcement": row.announcement_id, "action": "sent", "kind": "mail", "row": row.pk}
    client.post(reverse("announcements:act", args=[bilingual["fr"].pk]), data)
    row.refresh_from_db()
    assert row.state == State.SENT


def panel(user: User) -> dict[str, Any]:
    """What the panel on the home page shows to the user."""
    request = RequestFactory().get("/admin/")
    request.user = user
    return OutboxPanel().get_context_data({"request": request})


def test_dashboard_shows_nothing_of_other_peoples_pages(bilingual, client: Client) -> None:
    user = user_with()
    shown = panel(user)
    assert list(shown["announcements"]) == []
    assert (shown["attention"], shown["subscribers"]) == (0, None)
    client.force_login(user)
    html = body(client.get("/admin/"))
    assert 'id="outbox' in html
    assert "Kongress" not in html


def test_dashboard_names_the_language_that_the_user_edits(
    bilingual, site_tree: SiteTree, client: Client
) -> None:
    user = user_with("view_subscriber")
    allow(user, site_tree.homes["fr"], "change")
    assert panel(user)["subscribers"] == 1
    client.force_login(user)
    html = body(client.get("/admin/"))
    assert reverse("announcements:page", args=[bilingual["fr"].pk]) in html
    assert "Kongress" not in html


def test_dashboard_forgets_what_nobody_looked_after(bilingual, admin_user: User) -> None:
    assert panel(admin_user)["attention"] == 2
    Announcement.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert panel(admin_user)["attention"] == 0


def cost(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
        assert response.status_code == 200
        response.getvalue()
    return len(captured)


@pytest.mark.parametrize("answer", ["", "?export=csv"])
def test_registries_cost_the_same_for_few_and_many(
    site_tree: SiteTree, admin_client: Client, answer: str
) -> None:
    def fill(rows: int) -> None:
        for number in range(rows):
            subscriber("de")
            SocialAccount.objects.create(name=f"Brett {rows} {number}", channel="noticeboard")
        for _number in range(rows // 5):
            publish(draft(site_tree.news["de"]))
        route_due()

    def costs() -> dict[str, int]:
        return {model: cost(admin_client, f"/admin/tasks/{model}/{answer}") for model in REGISTRIES}

    fill(5)
    costs()
    few = costs()
    fill(45)
    assert costs() == few


def test_export_of_deliveries_names_what_was_sent(bilingual, admin_client: Client) -> None:
    lines = body(admin_client.get("/admin/tasks/delivery/?export=csv")).splitlines()
    assert lines[1].startswith(f"{SECRET},Kongress (de),unknown,")


def test_errors_of_the_form_are_tied_to_their_fields(site_tree: SiteTree, client: Client) -> None:
    html = body(client.post("/de/newsletter/", {"language": "xx"}))
    ids = re.findall(r'\bid="([^"]+)"', html)
    named = " ".join(re.findall(r'aria-describedby="([^"]+)"', html)).split()
    assert {"id_email_error", "id_language_error", "id_topics_error", "id_consent_error"} <= set(named)
    assert [name for name in named if ids.count(name) != 1] == []


def test_confirmation_page_says_what_is_confirmed(site_tree: SiteTree, client: Client) -> None:
    person = subscriber("de", standing=Standing.PENDING)
    wish = SubscriptionRequest.objects.create(subscriber=person, language="fr", topics=["congress", "gone"])
    page = client.get("/" + confirm_url(wish).split("/", 3)[3])
    shown = re.findall("<dd>(.*?)</dd>", body(page))
    with override("fr"):
        topics = f"{topic_label('congress')}, gone"
        assert shown == [wish.get_language_display(), wish.get_frequency_display(), topics]

"""What an editor sees and can do."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from tasks.announcements.overview import editions_of
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.models import Delivery, Subscriber
from tasks.social.models import Post, SocialAccount
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.subscribers import subscriber


@pytest.fixture
def page(site_tree: SiteTree):
    """A published page with a French draft, two German readers, one English and one account."""
    subscriber("de", email="a@example.org")
    subscriber("de", email="b@example.org")
    subscriber("de", "barcamp")
    subscriber("en")
    SocialAccount.objects.create(name="Unser Brett", channel="noticeboard")
    german = draft(site_tree.news["de"], title="Kongress")
    translation(german, "fr")
    german = publish(german)
    route_due()
    return german


def view(client: Client, page) -> str:
    response = client.get(reverse("announcements:page", args=[page.pk]))
    assert response.status_code == 200
    return response.content.decode()


def act(client: Client, page, **data: object):
    return client.post(reverse("announcements:act", args=[page.pk]), data)


def test_every_group_and_post_is_shown_with_its_state(admin_client: Client, page) -> None:
    html = view(admin_client, page)
    for words in ('data-language="de"', 'data-language="fr"', 'data-language="en"', "Unser Brett"):
        assert words in html
    assert 'data-moving="1"' in html


def test_view_stops_moving_when_all_is_done(admin_client: Client, site_tree: SiteTree) -> None:
    done = publish(draft(site_tree.news["de"]))
    route_due()
    reply = admin_client.get(reverse("announcements:state", args=[done.pk]))
    assert reply["X-Moving"] == "0"


def test_page_without_announcement_says_so_and_who_would_get_it(
    admin_client: Client, site_tree: SiteTree
) -> None:
    subscriber("de")
    subscriber("de")
    to_come, never = draft(site_tree.news["de"]), draft(site_tree.news["de"], announce="never")
    shown = BeautifulSoup(view(admin_client, to_come), "html.parser")
    assert not shown.find(class_="edition")
    german, *_others = shown.select(".edition__table tbody tr")
    assert german.td.get_text() == "2"
    assert "edition__table" not in view(admin_client, never)


def test_who_would_get_it_is_gone_once_it_is_announced(admin_client: Client, page) -> None:
    assert "<caption>" not in view(admin_client, page)


def test_send_without_waiting(admin_client: Client, page) -> None:
    announcement = Post.objects.get().announcement
    assert act(admin_client, page, announcement=announcement.pk, action="send_now").status_code == 302
    route_due()
    assert announcement.campaigns.get(language="fr").state == "done"


@pytest.mark.parametrize(("action", "state"), [("again", State.PENDING), ("sent", State.SENT)])
def test_unknown_mail_is_resolved_by_hand(admin_client: Client, page, action: str, state: State) -> None:
    row = Delivery.objects.get(address="a@example.org")
    Delivery.objects.filter(pk=row.pk).update(state=State.UNKNOWN, detail="Antwort verloren")
    assert "Antwort verloren" in view(admin_client, page)
    act(admin_client, page, announcement=row.announcement_id, action=action, kind="mail", row=row.pk)
    row.refresh_from_db()
    assert row.state == state


def test_sent_mail_cannot_be_sent_again(admin_client: Client, page) -> None:
    Delivery.objects.update(state=State.SENT)
    for row in Delivery.objects.all():
        for kind, key in (("mail", row.pk), ("failed", row.campaign_id)):
            act(admin_client, page, announcement=row.announcement_id, action="again", kind=kind, row=key)
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


def test_failed_mails_of_one_language_are_sent_once_more(admin_client: Client, page) -> None:
    Delivery.objects.update(state=State.FAILED, code="550")
    german = Delivery.objects.get(address="a@example.org").campaign
    html = view(admin_client, page)
    assert f'name="row" value="{german.pk}"' in html
    act(admin_client, page, announcement=german.announcement_id, action="again", kind="failed", row=german.pk)
    assert set(german.deliveries.values_list("state", flat=True)) == {State.PENDING}
    assert set(Delivery.objects.exclude(campaign=german).values_list("state", flat=True)) == {State.FAILED}
    german.refresh_from_db()
    assert german.state == "sending"


def test_nobody_enters_an_address_for_somebody_else(admin_client: Client, page) -> None:
    before = Subscriber.objects.count()
    admin_client.post("/admin/tasks/subscriber/create/", {"language": "de", "email": "x@example.org"})
    assert Subscriber.objects.count() == before


@pytest.mark.parametrize("garbage", ["abc", "", "²", "-1", "9" * 30])
@pytest.mark.parametrize("name", ["announcement", "row"])
def test_garbage_instead_of_a_key_is_a_bad_request(
    admin_client: Client, page, name: str, garbage: str
) -> None:
    row = Delivery.objects.get(address="a@example.org")
    data = {"announcement": row.announcement_id, "action": "again", "kind": "mail", "row": row.pk}
    assert act(admin_client, page, **data | {name: garbage}).status_code == 400


@pytest.mark.parametrize("data", [{"action": "explode"}, {"action": "again", "kind": "user", "row": "1"}])
def test_unknown_action_is_refused(admin_client: Client, page, data: dict[str, str]) -> None:
    assert act(admin_client, page, announcement=Post.objects.get().announcement_id, **data).status_code == 400


def test_another_pages_announcement_cannot_be_touched(
    admin_client: Client, page, site_tree: SiteTree
) -> None:
    other = publish(draft(site_tree.news["de"]))
    announcement = Post.objects.first().announcement_id
    assert act(admin_client, other, announcement=announcement, action="send_now").status_code == 404


def test_acting_needs_post_and_csrf(page, admin_user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    url = reverse("announcements:act", args=[page.pk])
    assert strict.get(url).status_code == 405
    assert strict.post(url, {"action": "send_now"}).status_code == 403


def test_who_may_not_edit_the_page_sees_nothing(page, client: Client, django_user_model) -> None:
    visitor = django_user_model.objects.create_user("gast", password="x")
    visitor.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(visitor)
    response = client.get(reverse("announcements:page", args=[page.pk]))
    assert response.status_code in (302, 403)


def test_state_changes_with_the_view_and_not_with_the_token(admin_client: Client, page) -> None:
    url = reverse("announcements:state", args=[page.pk])
    Delivery.objects.update(state=State.UNKNOWN)
    first, second = admin_client.get(url), admin_client.get(url)
    assert first.content != second.content
    assert first["X-State"] == second["X-State"]
    assert f'data-state="{first["X-State"]}"' in view(admin_client, page)
    Delivery.objects.update(state=State.SENT)
    assert admin_client.get(url)["X-State"] != first["X-State"]


def test_long_list_of_unknown_mails_is_cut(admin_client: Client, site_tree: SiteTree) -> None:
    for language in ("de", "en"):
        for _number in range(23):
            subscriber(language)
    german = publish(draft(site_tree.news["de"]))
    route_due()
    Delivery.objects.update(state=State.UNKNOWN)
    html = view(admin_client, german)
    assert html.count('class="unknown"') == 2 * 20
    groups = editions_of(german, User.objects.get(is_superuser=True))[0].groups
    assert [group.unknown_not_shown for group in groups if group.frozen] == [3, 3]


def test_registries_list_and_inspect(admin_client: Client, page) -> None:
    for model in ("announcement", "campaign", "delivery", "post", "subscriber", "socialaccount"):
        assert admin_client.get(f"/admin/tasks/{model}/").status_code == 200, model
    row = Delivery.objects.first()
    assert admin_client.get(f"/admin/tasks/delivery/inspect/{row.pk}/").status_code == 200


def test_what_machines_write_cannot_be_changed_by_hand(admin_client: Client, page) -> None:
    row = Delivery.objects.first()
    for action in ("edit", "delete"):
        reply = admin_client.post(f"/admin/tasks/delivery/{action}/{row.pk}/", {"state": "sent"})
        assert reply.status_code in (302, 403, 404)
    row.refresh_from_db()
    assert row.state == State.PENDING


def test_dashboard_shows_the_newest_announcements(admin_client: Client, page) -> None:
    html = admin_client.get("/admin/").content.decode()
    assert "Kongress" in html
    assert reverse("announcements:page", args=[page.pk]) in html


def test_overview_costs_the_same_for_few_and_many(site_tree: SiteTree, page, admin_user: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            list(editions_of(page, admin_user))
        return len(captured)

    few = cost()
    for number in range(50):
        subscriber("de")
        if number % 10 == 0:
            publish(page, announce="again")
    route_due()
    Delivery.objects.update(state=State.UNKNOWN)
    assert cost() == few

"""Publish in the page editor: an issue is sent only after the answer to “send to N people now?”."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from tasks.announcements.models import Announcement
from tasks.announcements.route import route_due
from tasks.newsletter.issues.models import NewsletterIssuePage
from tasks.newsletter.models import Delivery
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft
from tests.factories.subscribers import subscriber
from tests.unit.test_admin_permissions import allow, user_with


@pytest.fixture
def readers(site_tree: SiteTree) -> list[str]:
    """Two German readers of issues; a third has not confirmed."""
    people = [subscriber("de", "newsletter"), subscriber("de", "newsletter")]
    subscriber("de", "newsletter", standing="pending")
    return sorted(person.email for person in people)


def issue(tree: SiteTree, **fields: Any) -> NewsletterIssuePage:
    return draft(tree.news["de"], NewsletterIssuePage, title="Brief", **fields)


def form(**fields: Any) -> dict[str, str]:
    """What the browser sends when somebody presses a button of the editor."""
    text = ("text", rich_text("<p>Hallo zusammen</p>"))
    return nested_form_data(
        {
            "title": "Brief",
            "slug": "brief",
            "lead": "",
            "body": streamfield([text]),
            "subjects": "",
            "joined_from": "",
            "joined_to": "",
            "announce": "first",
            "comments": inline_formset([]),
            **fields,
        }
    )


def edit(client: Client, page: Any, action: str, **fields: Any) -> Any:
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return client.post(url, {**form(slug=page.slug, **fields), f"action-{action}": "1"})


def question(page: Any) -> str:
    return reverse("announcements:confirm", args=[page.pk])


def answer(client: Client, page: Any) -> Any:
    revision = NewsletterIssuePage.objects.get(pk=page.pk).latest_revision_id
    return client.post(question(page), {"revision": revision})


def sent_issue(client: Client, site: SiteTree) -> NewsletterIssuePage:
    """An issue that was published, confirmed and routed."""
    made = issue(site)
    edit(client, made, "publish")
    answer(client, made)
    route_due()
    return made


def test_pressing_publish_asks_and_the_answer_sends_what_was_written(
    admin_client: Client, site_tree: SiteTree, readers: list[str]
) -> None:
    made = issue(site_tree)
    reply = edit(admin_client, made, "publish", title="Brief im Mai")
    assert (reply.status_code, reply["Location"]) == (302, question(made))
    route_due()
    assert not Delivery.objects.exists()
    assert not NewsletterIssuePage.objects.get(pk=made.pk).live

    html = admin_client.get(question(made)).content.decode()
    assert "Brief im Mai" in html
    assert "2 Personen" in html
    reply = answer(admin_client, made)
    assert reply["Location"] == reverse("announcements:page", args=[made.pk])
    route_due()
    assert sorted(Delivery.objects.values_list("address", flat=True)) == readers
    assert Announcement.objects.get().original.content.title == "Brief im Mai"


def test_new_issue_is_asked_about_as_well(admin_client: Client, site_tree: SiteTree, readers) -> None:
    add = reverse("wagtailadmin_pages:add", args=["tasks", "newsletterissuepage", site_tree.news["de"].pk])
    reply = admin_client.post(add, {**form(), "action-publish": "1"})
    made = NewsletterIssuePage.objects.get()
    assert reply["Location"] == question(made)
    assert not made.live
    answer(admin_client, made)
    route_due()
    assert sorted(Delivery.objects.values_list("address", flat=True)) == readers


def test_saving_a_draft_asks_nothing(admin_client: Client, site_tree: SiteTree, readers) -> None:
    made = issue(site_tree)
    url = reverse("wagtailadmin_pages:edit", args=[made.pk])
    reply = admin_client.post(url, form(slug=made.slug))
    assert reply["Location"] == url
    assert not Announcement.objects.exists()


def test_correcting_a_live_issue_asks_nothing_and_sends_nothing(
    admin_client: Client, site_tree: SiteTree, readers: list[str]
) -> None:
    made = sent_issue(admin_client, site_tree)
    reply = edit(admin_client, made, "publish", title="Brief, berichtigt")
    assert reply["Location"] != question(made)
    assert NewsletterIssuePage.objects.get(pk=made.pk).title == "Brief, berichtigt"
    route_due()
    assert Delivery.objects.count() == len(readers)


def test_sending_again_is_asked_about_again(
    admin_client: Client, site_tree: SiteTree, readers: list[str]
) -> None:
    made = sent_issue(admin_client, site_tree)
    reply = edit(admin_client, made, "publish", announce="again")
    assert reply["Location"] == question(made)
    assert "2 Personen" in admin_client.get(question(made)).content.decode()
    answer(admin_client, made)
    route_due()
    assert Delivery.objects.count() == 2 * len(readers)


def test_issue_that_is_not_to_be_announced_goes_live_at_once(
    admin_client: Client, site_tree: SiteTree, readers
) -> None:
    made = issue(site_tree)
    edit(admin_client, made, "publish", announce="never")
    assert NewsletterIssuePage.objects.get(pk=made.pk).live
    route_due()
    assert not Delivery.objects.exists()


def test_what_was_changed_meanwhile_is_asked_about_anew(
    admin_client: Client, site_tree: SiteTree, readers
) -> None:
    made = issue(site_tree)
    edit(admin_client, made, "publish")
    shown = NewsletterIssuePage.objects.get(pk=made.pk).latest_revision_id
    made.get_latest_revision_as_object().save_revision()
    reply = admin_client.post(question(made), {"revision": shown})
    assert reply.status_code == 200
    assert not NewsletterIssuePage.objects.get(pk=made.pk).live


def test_scheduled_issue_waits_for_its_time_after_the_answer(
    admin_client: Client, site_tree: SiteTree, readers
) -> None:
    made = issue(site_tree)
    tomorrow = timezone.localtime() + timezone.timedelta(days=1)
    edit(admin_client, made, "publish", go_live_at=f"{tomorrow:%Y-%m-%d %H:%M}")
    assert f"{tomorrow:%d.%m.%Y}" in admin_client.get(question(made)).content.decode()
    answer(admin_client, made)
    route_due()
    assert not NewsletterIssuePage.objects.get(pk=made.pk).live
    assert not Delivery.objects.exists()


def test_who_may_not_publish_gets_no_question_and_sends_nothing(
    client: Client, site_tree: SiteTree, readers
) -> None:
    made = issue(site_tree)
    user = user_with()
    allow(user, site_tree.homes["de"], "change")
    client.force_login(user)
    reply = edit(client, made, "publish")
    assert reply["Location"] != question(made)
    answer(client, made)
    assert not NewsletterIssuePage.objects.get(pk=made.pk).live

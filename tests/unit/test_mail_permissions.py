"""Who may look at a page's mail, try it, send it and stop it; and how one asks."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tasks.announcements.route import route_due
from tasks.newsletter.issues.models import NewsletterIssuePage
from tasks.newsletter.models import Campaign, CampaignState, TestMail
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.subscribers import subscriber
from tests.unit.test_admin_permissions import allow, user_with

SEEN = ("page", "state", "mail", "mail_state", "frame")
PUBLISHER_ONLY = ("confirm",)
CHANGING = ("act", "archive", "test")
CONTROLS = {
    "pause": (CampaignState.SENDING, CampaignState.PAUSED),
    "resume": (CampaignState.PAUSED, CampaignState.SENDING),
    "cancel": (CampaignState.SENDING, CampaignState.CANCELLED),
}


@pytest.fixture
def issue(site_tree: SiteTree) -> Any:
    """A draft, and one reader."""
    subscriber("de", "newsletter")
    return draft(site_tree.news["de"], NewsletterIssuePage, title="Brief", body=[("text", "<p>Hallo</p>")])


@pytest.fixture
def sent(issue) -> Campaign:
    """The German campaign of the issue, going out."""
    publish(issue)
    route_due()
    return Campaign.objects.get(language="de")


class People(dict[str, User | None]):
    """Everybody there is, by how much they may do; made when first asked for."""

    MAY: ClassVar[dict[str, tuple[str, tuple[str, ...]]]] = {
        "stranger": ("de", ()),
        "editor": ("de", ("change",)),
        "publisher": ("de", ("change", "publish")),
        "french": ("fr", ("change", "publish")),
    }

    def __init__(self, tree: SiteTree) -> None:
        super().__init__(anonymous=None)
        self.tree = tree

    def __missing__(self, who: str) -> User:
        language, actions = self.MAY[who]
        user = user_with(name=who)
        allow(user, self.tree.homes[language], *actions)
        self[who] = user
        return user


@pytest.fixture
def people(site_tree: SiteTree) -> People:
    return People(site_tree)


def as_(user: User | None, *, strict: bool = False) -> Client:
    client = Client(enforce_csrf_checks=strict)
    if user:
        client.force_login(user)
    return client


def url(name: str, page: Any) -> str:
    return reverse(f"announcements:{name}", args=[page.pk])


def is_refused(reply: Any) -> bool:
    """Wagtail sends those who may not back to its home page or to the log-in."""
    if reply.status_code == 302:
        return reply["Location"].partition("?")[0] in ("/admin/", "/admin/login/")
    return reply.status_code == 403


@pytest.mark.parametrize("who", ["anonymous", "stranger", "french"])
@pytest.mark.parametrize("name", [*SEEN, *PUBLISHER_ONLY])
def test_who_may_not_edit_the_page_sees_nothing_of_its_mail(issue, people, who: str, name: str) -> None:
    reply = as_(people[who]).get(url(name, issue))
    assert is_refused(reply)
    assert b"Brief" not in reply.content


@pytest.mark.parametrize("name", SEEN)
def test_editor_sees_the_mail_and_its_readers(issue, people, name: str) -> None:
    assert as_(people["editor"]).get(url(name, issue)).status_code == 200


def test_only_who_may_publish_is_asked_to_send(issue, people) -> None:
    assert is_refused(as_(people["editor"]).get(url("confirm", issue)))
    assert as_(people["publisher"]).get(url("confirm", issue)).status_code == 200


@pytest.mark.parametrize(
    ("who", "done"),
    [("anonymous", 0), ("stranger", 0), ("french", 0), ("editor", 0), ("publisher", 1)],
)
def test_only_who_may_publish_sends(issue, people, who: str, done: int) -> None:
    reply = as_(people[who]).post(url("confirm", issue), {"revision": issue.latest_revision_id})
    assert is_refused(reply) == (not done)
    assert NewsletterIssuePage.objects.get(pk=issue.pk).live == done


@pytest.mark.parametrize(
    ("who", "done"),
    [("anonymous", 0), ("stranger", 0), ("french", 0), ("editor", 1), ("publisher", 1)],
)
def test_test_mails_go_to_editors_of_the_page_alone(issue, people, who: str, done: int) -> None:
    user = people[who]
    User.objects.update(email="x@example.org")
    reply = as_(user).post(url("test", issue), {"language": "de", "address": "other@example.org"})
    assert is_refused(reply) == (not done)
    assert list(TestMail.objects.values_list("address", flat=True)) == ["x@example.org"] * done


@pytest.mark.parametrize("action", CONTROLS)
@pytest.mark.parametrize(
    ("who", "done"),
    [("anonymous", 0), ("stranger", 0), ("french", 0), ("editor", 0), ("publisher", 1)],
)
def test_only_who_may_publish_pauses_resumes_and_cancels(
    sent, issue, people, action: str, who: str, done: int
) -> None:
    before, after = CONTROLS[action]
    Campaign.objects.filter(pk=sent.pk).update(state=before)
    data = {"announcement": sent.announcement_id, "row": sent.pk, "action": action}
    client = as_(people[who])
    assert is_refused(client.post(url("act", issue), data)) == (not done)
    sent.refresh_from_db()
    assert sent.state == (after if done else before)


@pytest.mark.parametrize("action", CONTROLS)
def test_french_editors_do_not_stop_the_german_mails_from_their_own_page(
    sent, issue, people, action: str
) -> None:
    """Their translation shows the same announcement, and they may publish it."""
    french = translation(issue, "fr")
    before = CONTROLS[action][0]
    Campaign.objects.filter(pk=sent.pk).update(state=before)
    client = as_(people["french"])
    assert client.get(url("page", french)).status_code == 200
    data = {"announcement": sent.announcement_id, "row": sent.pk, "action": action}
    assert is_refused(client.post(url("act", french), data))
    sent.refresh_from_db()
    assert sent.state == before


def test_buttons_are_shown_to_those_who_may_press_them(sent, issue, people) -> None:
    for who, shown in (("editor", False), ("publisher", True)):
        html = as_(people[who]).get(url("page", issue)).content.decode()
        for action in ("pause", "cancel"):
            assert (f'value="{action}"' in html) == shown


@pytest.mark.parametrize(
    ("who", "done"),
    [("anonymous", 0), ("stranger", 0), ("french", 0), ("editor", 0), ("publisher", 1)],
)
def test_only_who_may_publish_takes_a_mail_out_of_the_archive(
    sent, issue, people, who: str, done: int
) -> None:
    reply = as_(people[who]).post(url("archive", issue), {"campaign": str(sent.public_id), "archive": "0"})
    assert is_refused(reply) == (not done)
    sent.refresh_from_db()
    assert sent.in_archive == (not done)


@pytest.mark.parametrize("garbage", ["", "abc", "0", "%00"])
def test_garbage_instead_of_a_campaign_is_a_bad_request(sent, issue, admin_client, garbage: str) -> None:
    assert admin_client.post(url("archive", issue), {"campaign": garbage}).status_code == 400


@pytest.mark.parametrize("name", CHANGING)
def test_what_changes_something_is_never_a_link(sent, issue, admin_client, name: str) -> None:
    for method in (admin_client.get, admin_client.head):
        assert method(url(name, issue)).status_code == 405
    assert not TestMail.objects.exists()


@pytest.mark.parametrize("name", SEEN)
def test_what_shows_something_takes_no_post(issue, admin_client, name: str) -> None:
    assert admin_client.post(url(name, issue)).status_code == 405


@pytest.mark.parametrize("name", [*CHANGING, *PUBLISHER_ONLY])
def test_no_other_site_can_press_a_button(issue, admin_user, name: str) -> None:
    reply = as_(admin_user, strict=True).post(url(name, issue), {"revision": issue.latest_revision_id})
    assert reply.status_code == 403
    assert not NewsletterIssuePage.objects.get(pk=issue.pk).live
    assert not TestMail.objects.exists()


def test_looking_at_the_question_sends_nothing(issue, admin_client) -> None:
    for method in (admin_client.get, admin_client.head):
        assert method(url("confirm", issue)).status_code == 200
    assert not NewsletterIssuePage.objects.get(pk=issue.pk).live


@pytest.mark.parametrize("query", [{"language": "xx"}, {"as": "nothing"}, {"language": ""}])
@pytest.mark.parametrize("name", ["mail", "frame"])
def test_mail_in_no_language_of_ours_is_not_found(
    issue, admin_client, name: str, query: dict[str, str]
) -> None:
    assert admin_client.get(url(name, issue), query).status_code == 404


@pytest.mark.parametrize("name", [*SEEN[2:], *PUBLISHER_ONLY])
def test_page_that_is_never_announced_has_no_mail(site_tree: SiteTree, admin_client, name: str) -> None:
    assert admin_client.get(url(name, site_tree.homes["de"])).status_code == 404


@pytest.mark.parametrize("why", ["announced", "never"])
def test_nobody_is_asked_to_send_where_publishing_sends_nothing(issue, admin_client, why: str) -> None:
    if why == "announced":
        publish(issue)
    else:
        issue.announce = "never"
        issue.save_revision()
    reply = admin_client.get(url("confirm", issue))
    assert (reply.status_code, reply["Location"]) == (302, url("page", issue))


def test_pressing_twice_sends_once(issue, admin_client) -> None:
    for _press in range(2):
        revision = issue.latest_revision_id
        reply = admin_client.post(url("confirm", issue), {"revision": revision})
        assert reply["Location"] == url("page", issue)
    route_due()
    assert Campaign.objects.filter(language="de").count() == 1

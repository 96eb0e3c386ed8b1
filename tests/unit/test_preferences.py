"""The preference centre: who may see and change what, and that erasing leaves no trace."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import EmailField, Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from cms.models import SiteSettings
from partnerships.models import ContactPoint, Notice, NoticeMail, NoticeWatch, RelayMessage
from tasks.announcements.conservation import balances
from tasks.announcements.route import route_due
from tasks.ledger.batches import finish_many
from tasks.ledger.claims import finish_key
from tasks.ledger.models import State
from tasks.ledger.outcomes import Outcome, failed, sent
from tasks.newsletter.addresses import address_hash
from tasks.newsletter.consent import broken_at
from tasks.newsletter.erase import erase
from tasks.newsletter.links import preferences_url, settings_url, unsubscribe_url
from tasks.newsletter.models import (
    Campaign,
    Delivery,
    DomainPace,
    MailEvent,
    MailRelay,
    SettingsRequest,
    Standing,
    Subscriber,
    SubscriptionRequest,
    Suppression,
    SuppressionReason,
    TestMail,
)
from tasks.newsletter.own_data import SECTIONS, own_data
from tasks.newsletter.settings_mail import settings_message
from tasks.newsletter.sources import CampaignSource
from tasks.newsletter.subscribe import request_subscription
from tasks.newsletter.suppressions import suppress
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

ADDRESS = "trace@private.example"
CHOICES = {"language": "fr", "topics": ["barcamp"], "frequency": "weekly", "pause": "none"}


def path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2].join(("/", ""))


def way_in(person: Subscriber) -> str:
    return path(preferences_url(SettingsRequest.objects.create(subscriber=person, language="de")))


def test_a_forwarded_mail_shows_nothing_and_only_mails_the_owner(site_tree: SiteTree, client: Client) -> None:
    person = subscriber("de", email=ADDRESS)
    link = path(settings_url(person.public_id, "de"))
    for method in (client.get, client.head):
        page = method(link)
        assert page.status_code == 200
        assert ADDRESS not in page.content.decode()
        assert not SettingsRequest.objects.exists()
    assert client.post(link).status_code == 302
    mail = message_from_bytes(settings_message(SettingsRequest.objects.get()), policy=policy.default)
    assert mail["To"] == ADDRESS
    assert mail.get_body(("plain",)).get_content().count("/de/newsletter/preferences/") == 1
    token = link.rstrip("/").rpartition("/")[2]
    for below in ("", "data/", "erase/"):
        assert client.get(f"/de/newsletter/preferences/{token}/{below}").status_code == 404
    for below in ("", "leave/", "erase/"):
        assert client.post(f"/de/newsletter/preferences/{token}/{below}", CHOICES).status_code == 404
    assert client.post("/de/newsletter/settings/forged/").status_code == 404


def test_the_answer_is_the_same_for_known_and_unknown_addresses(site_tree: SiteTree, client: Client) -> None:
    subscriber("de", email=ADDRESS)
    answers = []
    for address in (ADDRESS, "nobody@example.org"):
        reply = client.post("/de/newsletter/settings/", {"email": address})
        answers.append((reply.status_code, reply["Location"], reply.content))
    assert answers[0] == answers[1]
    assert SettingsRequest.objects.count() == 1


def test_statements_are_the_same_for_known_unknown_and_blocked_addresses(
    site_tree: SiteTree, settings
) -> None:
    settings.ANTENNE_SIGNUP_PER_NETWORK = settings.ANTENNE_SIGNUP_IN_ALL = 1000
    subscriber("de", email=ADDRESS)
    subscriber("de", email="blocked@example.org")
    suppress("blocked@example.org", SuppressionReason.COMPLAINT)
    Client().get("/de/newsletter/settings/")
    seen = set()
    for address in (
        ADDRESS,
        "nobody@example.org",
        "blocked@example.org",
        *[ADDRESS, "nobody@example.org"] * 3,
    ):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/de/newsletter/settings/", {"email": address})
        seen.add(tuple(re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries))
    statements = {tuple(" ".join(sql.split()[:3]) for sql in run if "SAVEPOINT" not in sql) for run in seen}
    # The first three of an hour, and those over the limit, be the address known or not.
    assert sorted(map(len, statements)) == [3, 4]
    assert len(seen) == 2
    assert [row.subscriber.email for row in SettingsRequest.objects.all()] == [ADDRESS]


def test_no_network_gets_more_mails_sent_than_sign_ups(site_tree: SiteTree, client: Client, settings) -> None:
    settings.ANTENNE_SIGNUP_PER_NETWORK = 2
    for _ in range(4):
        client.post("/de/newsletter/settings/", {"email": subscriber("de").email})
    assert SettingsRequest.objects.count() == 2
    settings.ANTENNE_SIGNUP_PER_NETWORK, settings.ANTENNE_SIGNUP_IN_ALL = 1000, 5
    for _ in range(4):
        client.post("/de/newsletter/settings/", {"email": subscriber("de").email})
    assert SettingsRequest.objects.count() == 3


def test_one_mail_in_ten_minutes(site_tree: SiteTree, client: Client, settings) -> None:
    settings.ANTENNE_SIGNUP_PER_ADDRESS = 9
    subscriber("de", email=ADDRESS)
    for _ in range(3):
        client.post("/fr/newsletter/settings/", {"email": ADDRESS})
    assert SettingsRequest.objects.get().language == "fr"
    SettingsRequest.objects.update(requested_at=timezone.now() - timedelta(minutes=11))
    client.post("/fr/newsletter/settings/", {"email": ADDRESS})
    assert SettingsRequest.objects.count() == 2


def test_the_link_expires_after_an_hour(site_tree: SiteTree, client: Client, monkeypatch) -> None:
    link = way_in(subscriber("de"))
    assert client.get(link).status_code == 200
    later = timezone.now().timestamp() + 3660
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert client.get(link).status_code == 404


def test_choices_hold_from_now_on_and_are_recorded(site_tree: SiteTree, client: Client) -> None:
    person = subscriber("de", "congress")
    for key in ("municipality:gone", "municipality:kept"):
        person.followings.create(subject=key)
    told = person.digest_from
    link = way_in(person)
    assert "municipality:gone" in client.get(link).content.decode()
    assert not person.consent_records.exists()
    wanted = CHOICES | {"subjects": ["municipality:kept"], "pause": "month"}
    assert client.post(link, wanted)["Location"] == f"{link}?saved"
    person.refresh_from_db()
    assert (person.language, person.frequency) == ("fr", "weekly")
    assert person.digest_from > told, "what came at once is not told again in the first digest"
    assert person.paused_until == timezone.localdate() + timedelta(days=30)
    assert [row.topic for row in person.interests.all()] == ["barcamp"]
    assert [row.subject for row in person.followings.all()] == ["municipality:kept"]
    step = person.consent_records.get()
    assert (step.kind, step.way, step.text) == ("changed", "preferences", "")
    assert step.details["topics"] == ["barcamp"]
    assert broken_at(person) is None
    client.post(link, wanted)
    assert person.consent_records.count() == 1, "the same choices again are no change"
    client.post(link, wanted | {"pause": "none"})
    person.refresh_from_db()
    assert person.paused_until is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"topics": []}, "topics"),
        ({"topics": ["unknown"]}, "topics"),
        ({"subjects": ["municipality:new"]}, "subjects"),
        ({"pause": "until"}, "paused_until"),
        ({"pause": "until", "paused_until": "2020-01-01"}, "paused_until"),
        ({"frequency": "daily"}, "frequency"),
    ],
)
def test_bad_choices_are_named_and_change_nothing(
    site_tree: SiteTree, client: Client, wrong: dict, field: str
) -> None:
    person = subscriber("de")
    page = client.post(way_in(person), CHOICES | wrong)
    assert page.status_code == 200
    assert field in page.context["form"].errors
    person.refresh_from_db()
    assert person.language == "de"
    assert not person.consent_records.exists()


def test_leaving_needs_a_post_and_is_recorded(site_tree: SiteTree, client: Client) -> None:
    person = subscriber("de")
    link = way_in(person)
    assert client.get(f"{link}leave/").status_code == 405
    assert client.post(f"{link}leave/").status_code == 302
    person.refresh_from_db()
    assert person.standing == Standing.UNSUBSCRIBED
    assert [step.way for step in person.consent_records.filter(kind="withdrawn")] == ["preferences"]
    page = client.get(link)
    assert page["X-Robots-Tag"] == "noindex"
    assert 'name="frequency"' not in page.content.decode()


def everything_stored() -> str:
    rows = (row for model in apps.get_models() for row in model._base_manager.values())
    return "\n".join(str(row) for row in rows).casefold()


@pytest.fixture
def well_known(site_tree: SiteTree) -> Subscriber:
    """Somebody who left traces everywhere."""
    person = subscriber("de", email=ADDRESS)
    publish(draft(site_tree.news["de"]))
    route_due()
    mail = Delivery.objects.get()
    MailEvent.objects.create(
        source="dsn", event_id="1", kind="soft", delivery=mail, address_hash=person.email_hash, detail=ADDRESS
    )
    person.followings.create(subject="municipality:m-1")
    request = request_subscription(ADDRESS, "de", ["congress"], "ja", "/")
    SubscriptionRequest.objects.filter(pk=request.pk).update(detail=f"550 {ADDRESS}")
    suppress(ADDRESS, SuppressionReason.BOUNCE, f"550 {ADDRESS}")
    Delivery.objects.update(state=State.DEFERRED, detail=f"450 <{ADDRESS}> later")
    log(person, "wagtail.edit", user=None)
    DomainPace.objects.create(domain=person.domain, last_reply=f"450 {ADDRESS}")
    MailRelay.objects.create(name="main", last_error=f"refused {ADDRESS}")
    return person


# Who sends a request or keeps a search has links of their own that end and delete them.
WITH_LINKS_OF_THEIR_OWN = {Notice, NoticeMail, NoticeWatch, RelayMessage}
NOT_ABOUT_READERS = {User, TestMail, SiteSettings, ContactPoint, *WITH_LINKS_OF_THEIR_OWN}


def tables_about_people() -> set[type[Model]]:
    """Tables that refer to a subscriber or hold an address or its hash."""
    hints = ("address", "email", "email_hash", "address_hash")
    holding = {
        model
        for model in apps.get_models()
        if any(field.name in hints or isinstance(field, EmailField) for field in model._meta.concrete_fields)
    }
    referring = {relation.related_model for relation in Subscriber._meta.related_objects}
    return (holding | referring) - NOT_ABOUT_READERS


def test_no_table_about_people_is_forgotten(well_known: Subscriber) -> None:
    assert tables_about_people() == set(SECTIONS) - {ModelLogEntry}
    way_in(well_known)
    data = own_data(well_known)
    assert set(data) == set(SECTIONS.values())
    assert all(data.values()), "the fixture leaves traces in every table"
    key = well_known.pk
    erase(well_known)
    for relation in Subscriber._meta.related_objects:
        rows = relation.related_model._base_manager
        assert not rows.filter(**{relation.field.name: key}).exists(), relation.related_model
    assert ADDRESS not in everything_stored()


@pytest.mark.parametrize("outcome", [sent("250", f"for {ADDRESS}"), failed("550", f"no {ADDRESS}")])
@pytest.mark.parametrize("many", [True, False])
def test_a_reply_that_comes_after_the_erasure_is_not_kept(
    well_known: Subscriber, outcome: Outcome, many: bool
) -> None:
    other = Delivery.objects.create(
        campaign=Campaign.objects.get(deliveries__isnull=False),
        address="other@example.org",
        address_key="other",
    )
    Delivery.objects.update(state=State.SENDING, worker="a")
    erase(well_known)
    keys = list(Delivery.objects.values_list("pk", flat=True))
    if many:
        finish_many(Delivery, "a", [(key, outcome) for key in keys])
    else:
        assert all(finish_key(Delivery, key, "a", outcome) for key in keys)
    told = dict(Delivery.objects.values_list("pk", "detail"))
    assert sorted(told.values()) == ["", outcome.detail]
    assert told[other.pk] == outcome.detail
    assert set(Delivery.objects.values_list("state", flat=True)) == {outcome.state}


def test_own_data_names_everything_and_changes_nothing(well_known: Subscriber, client: Client) -> None:
    link = way_in(well_known)
    before = everything_stored()
    reply = client.get(f"{link}data/")
    assert "attachment" in reply["Content-Disposition"]
    data = reply.json()
    assert data["subscriber"]["email"] == ADDRESS
    assert data["topics"] == ["congress"]
    assert [mail["state"] for mail in data["mails"]] == ["deferred"]
    assert data["mails"][0]["title"]
    assert [event["kind"] for event in data["bounces_and_complaints"]] == ["soft"]
    assert everything_stored() == before


def test_erasing_leaves_no_trace_of_the_address(well_known: Subscriber, client: Client) -> None:
    link, old = way_in(well_known), path(unsubscribe_url(well_known.public_id, "de"))
    Suppression.objects.all().delete()
    hashed = well_known.email_hash
    assert hashed == address_hash(ADDRESS)
    assert client.get(f"{link}erase/").status_code == 200
    assert ADDRESS in everything_stored()
    assert client.post(f"{link}erase/")["Location"] == "/de/newsletter/erased/"
    stored = everything_stored()
    assert ADDRESS not in stored
    assert "private.example" not in stored
    assert stored.count(hashed) == 1
    assert Suppression.objects.get().reason == "erased"
    assert Delivery.objects.get().state == State.SUPPRESSED
    assert client.get(link).status_code == 404
    assert client.get(old).status_code == client.post(old).status_code == 200
    assert client.get("/de/newsletter/erased/").status_code == 200


def test_the_law_of_conservation_holds_after_erasing(well_known: Subscriber, client: Client) -> None:
    client.post(f"{way_in(well_known)}erase/")
    assert all(balance.holds for balance in balances())
    assert [balance.by_state for balance in balances() if balance.frozen] == [{State.SUPPRESSED: 1}]


def test_an_editor_erases_instead_of_deleting(well_known: Subscriber, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", "root@example.org", "x"))
    url = f"/admin/tasks/subscriber/delete/{well_known.pk}/"
    assert client.get(url).status_code == 200
    assert Subscriber.objects.exists()
    client.post(url)
    assert not Subscriber.objects.exists()
    assert ADDRESS not in everything_stored()


def test_every_announcement_leads_to_the_settings_page_of_its_reader(well_known: Subscriber) -> None:
    Delivery.objects.update(state=State.PENDING)
    [mail] = CampaignSource(Campaign.objects.get(deliveries__isnull=False)).claim("worker", 9, [])
    sent = message_from_bytes(mail.job().payload, policy=policy.default)
    for part in ("plain", "html"):
        body = sent.get_body((part,)).get_content()
        assert settings_url(well_known.public_id, "de") in body
        assert "link.invalid" not in body

"""Consent records, protection and the API of the sign-up."""

from __future__ import annotations

import base64
import json
import re
import time
from pathlib import Path

import altcha
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from wagtail.users.models import UserProfile

from cms.clients import client_address, network_of
from tasks.ledger.models import State
from tasks.newsletter import consent, proof
from tasks.newsletter.addresses import address_hash
from tasks.newsletter.confirmation import withheld
from tasks.newsletter.consent_words import in_words
from tasks.newsletter.deliverable import deliverable
from tasks.newsletter.links import confirm_url, unsubscribe_url
from tasks.newsletter.models import (
    ConsentRecord,
    Frequency,
    MailRelay,
    SignupCount,
    Standing,
    SubscriptionRequest,
    SuppressionReason,
)
from tasks.newsletter.suppressions import is_suppressed, suppress
from tasks.newsletter.topics import topic_label
from tests.factories.pages import SiteTree
from tests.factories.subscribers import subscriber

FORM = {
    "email": "a@example.org",
    "language": "fr",
    "topics": ["congress"],
    "frequency": "weekly",
    "consent": "on",
}
API = "/api/delivery/v1/subscriptions"


def path(url: str) -> str:
    return "/" + url.partition("://")[2].partition("/")[2]


def solved() -> str:
    given = proof.challenge()
    found = altcha.solve_challenge(given["challenge"], given["salt"], given["algorithm"], given["maxnumber"])
    assert found
    return base64.b64encode(json.dumps(given | {"number": found.number}).encode()).decode()


def test_every_step_is_recorded_in_an_unbroken_chain(site_tree: SiteTree, client: Client) -> None:
    client.post("/de/newsletter/", FORM, headers={"user-agent": "Firefox"})
    request = SubscriptionRequest.objects.get()
    client.post(path(confirm_url(request)))
    client.post(path(unsubscribe_url(request.subscriber.public_id, "fr")), {"List-Unsubscribe": "One-Click"})
    steps = consent.export(request.subscriber)
    assert [(step["kind"], step["way"]) for step in steps] == [
        ("asked", "form"),
        ("confirmed", "link"),
        ("withdrawn", "one_click"),
    ]
    asked = steps[0]
    assert (asked["source"], asked["language"], asked["ip"], asked["user_agent"]) == (
        *("/de/newsletter/", "de", "127.0.0.1"),
        "Firefox",
    )
    assert asked["text"] == request.consent_text
    assert asked["details"]["frequency"] == "weekly"
    assert consent.broken_at(request.subscriber) is None
    assert json.loads(json.dumps(steps)) == steps


def test_answer_and_statements_are_the_same_for_every_address(site_tree: SiteTree, settings) -> None:
    settings.ANTENNE_SIGNUP_PER_NETWORK = settings.ANTENNE_SIGNUP_IN_ALL = 1000
    subscriber("de", email="known@example.org")
    subscriber("de", email="gone@example.org", standing=Standing.UNSUBSCRIBED)
    suppress("blocked@example.org", SuppressionReason.COMPLAINT)
    Client().get("/de/newsletter/")
    seen = set()
    names = ("new", "known", "gone", "blocked", *["known"] * 4)
    for name in names:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            reply = Client().post("/de/newsletter/", FORM | {"email": f"{name}@example.org"})
        sql = [re.sub(r"\'[^\']*\'|\b\d+\b|s\d+_x\d+", "?", query["sql"]) for query in queries]
        kinds = tuple(" ".join(statement.split()[:3]) for statement in sql if "SAVEPOINT" not in statement)
        seen.add((reply.status_code, reply["Location"], reply.content, kinds, len(queries)))
    assert len(seen) == 1
    assert SubscriptionRequest.objects.count() == len(names)
    over = SubscriptionRequest.objects.filter(subscriber__email="known@example.org", state=State.SUPPRESSED)
    assert over.count() == 2, "three an hour for one address"


def test_a_blocked_address_gets_no_mail_and_an_erased_one_may_come_back(
    site_tree: SiteTree, client: Client
) -> None:
    for address, reason in (("a@example.org", "bounce"), ("b@example.org", "erased")):
        suppress(address, SuppressionReason(reason))
        client.post("/de/newsletter/", FORM | {"email": address})
    blocked, erased = SubscriptionRequest.objects.order_by("pk")
    assert withheld(blocked)
    assert withheld(erased) == ""
    client.post(path(confirm_url(erased)))
    assert not is_suppressed("b@example.org")


def test_without_the_proof_limits_are_tighter(site_tree: SiteTree, client: Client) -> None:
    for number in range(3):
        client.post("/de/newsletter/", FORM | {"email": f"p{number}@example.org"})
    client.post("/de/newsletter/", FORM | {"email": "proven@example.org", "altcha": solved()})
    states = SubscriptionRequest.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["pending", "pending", "suppressed", "pending"]


def test_a_proof_counts_once_and_only_if_it_is_ours(db: None, settings) -> None:
    answer = solved()
    assert proof.is_proven(answer)
    assert not proof.is_proven(answer)
    other = solved()
    settings.SECRET_KEY = "another"
    assert not proof.is_proven(other)
    assert not any(map(proof.is_proven, ("", "nonsense", "é", base64.b64encode(b"[]").decode())))


def test_a_proof_expires(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = solved()
    now = time.time()
    monkeypatch.setattr("altcha.altcha.time.time", lambda: now + 21 * 60)
    assert not proof.is_proven(answer)


def test_an_old_link_offers_a_new_one_by_post(site_tree: SiteTree, client: Client, monkeypatch) -> None:
    client.post("/de/newsletter/", FORM)
    link = path(confirm_url(SubscriptionRequest.objects.get()))
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 73 * 3600)
    assert f'action="{link}again/"' in client.get(link).content.decode()
    assert client.get(f"{link}again/").status_code == 405
    assert (
        client.post(f"{link}again/")["Location"] == client.post("/fr/newsletter/confirm/x/again/")["Location"]
    )
    assert SubscriptionRequest.objects.count() == 2


def test_an_old_link_to_an_address_that_no_relay_takes_any_more_is_no_error(
    site_tree: SiteTree, client: Client, monkeypatch
) -> None:
    relay = MailRelay.objects.create(name="main", smtputf8=True)
    client.post("/de/newsletter/", FORM | {"email": "jürgen@example.org"})
    link = path(confirm_url(SubscriptionRequest.objects.get()))
    MailRelay.objects.filter(pk=relay.pk).update(smtputf8=False)
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 73 * 3600)
    assert client.post(f"{link}again/")["Location"].endswith("/newsletter/check-mail/")
    assert SubscriptionRequest.objects.count() == 1


def test_api_leaves_the_proof_for_another_try_where_the_address_is_wrong(
    site_tree: SiteTree, client: Client
) -> None:
    version = client.get(f"{API}/topics").json()["languages"][0]["consent_version"]
    wanted = {
        "language": "de",
        "topics": ["congress"],
        "consent_language": "de",
        "source": "https://x.example/",
        "consent_version": version,
        "altcha": solved(),
    }
    for address, status in (("nonsense", 400), ("a@example.org", 202)):
        reply = client.post(API, wanted | {"email": address}, content_type="application/json")
        assert reply.status_code == status, reply.content
    assert SignupCount.objects.filter(key=address_hash("signup proven all"), count=1).exists()
    assert not proof.is_proven(str(wanted["altcha"]))


@pytest.mark.parametrize(
    ("proxies", "header", "seen"),
    [
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "1.1.1.1, 2.2.2.2", "2.2.2.2"),
        (2, "2.2.2.2", "9.9.9.9"),
        (1, "x", "9.9.9.9"),
    ],
)
def test_the_client_address_cannot_be_invented(settings, proxies: int, header: str, seen: str) -> None:
    settings.ANTENNE_TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR=header)
    assert client_address(request) == seen


def test_networks() -> None:
    assert network_of("192.0.2.77") == "192.0.2.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"


@pytest.mark.parametrize("offers", [[], [True, False]])
def test_a_local_part_outside_ascii_needs_every_relay(db: None, offers: list[bool]) -> None:
    for number, offer in enumerate(offers):
        MailRelay.objects.create(name=str(number), smtputf8=offer)
    with pytest.raises(ValidationError) as refused:
        deliverable("jörg@example.org")
    assert refused.value.code == "smtputf8"
    MailRelay.objects.all().delete()
    MailRelay.objects.create(name="able", smtputf8=True)
    assert deliverable("jörg@BÜCHER.example") == "jörg@xn--bcher-kva.example"


@pytest.mark.parametrize("address", ["a\u202eb@example.org", "a\x00@example.org", "a\u200b@example.org"])
def test_invisible_characters_are_refused(db: None, address: str) -> None:
    with pytest.raises(ValidationError):
        deliverable(address)


def test_admin_shows_the_record_and_tampering(
    site_tree: SiteTree, client: Client, admin_client: Client
) -> None:
    client.post("/de/newsletter/", FORM)
    step = ConsentRecord.objects.get()
    url = reverse("consent:show", args=[step.subscriber_id])
    assert step.digest in admin_client.get(url).content.decode()
    assert admin_client.get(url).context["broken_at"] is None
    assert url in admin_client.get("/admin/tasks/subscriber/").content.decode()
    ConsentRecord.objects.update(text="other words")
    page = admin_client.get(url)
    assert page.context["broken_at"] == 1
    assert "help-critical" in page.content.decode()
    download = admin_client.get(reverse("consent:download", args=[step.subscriber_id])).json()
    assert (download["broken_at"], download["records"][0]["text"]) == (1, "other words")


def test_admin_reads_the_choices_in_words_and_can_print(
    site_tree: SiteTree, client: Client, admin_client: Client
) -> None:
    client.post("/de/newsletter/", FORM)
    url = reverse("consent:show", args=[ConsentRecord.objects.get().subscriber_id])
    with override("de"):
        topic, frequency = topic_label("congress"), str(Frequency("weekly").label)
    admin = User.objects.get(username="admin")
    UserProfile.objects.update_or_create(user=admin, defaults={"preferred_language": "de"})
    page = admin_client.get(url).content.decode()
    assert f"Themen: {topic}<br>" in page
    assert f": {frequency}<br>" in page
    assert ": Französisch<br>" in page
    assert "<code>topics</code>" not in page
    assert "data-print" in page
    assert finders.find("tasks/print.js")
    assert "onclick" not in page
    assert in_words({"told": {"source": "list"}, "topics": []}) == [("told", "{'source': 'list'}")]


def test_the_example_of_the_documentation_signs_up(site_tree: SiteTree, client: Client) -> None:
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    [body] = re.findall(r"\$base -d '(\{.*?\})'\n", text, re.DOTALL)
    languages = client.get(f"{API}/topics").json()["languages"]
    [version] = [of["consent_version"] for of in languages if of["language"] == "de"]
    reply = client.post(API, body.replace("'$version'", version), content_type="application/json")
    assert (reply.status_code, reply.json()) == (202, {"status": "accepted"})
    assert SubscriptionRequest.objects.get().state == State.PENDING


def test_the_record_needs_the_permission(site_tree: SiteTree, client: Client) -> None:
    person = subscriber("de")
    user = get_user_model().objects.create_user("nobody", password="x")
    client.force_login(user)
    assert client.get(reverse("consent:show", args=[person.pk])).status_code in (302, 403)


def wanted(client: Client, **changes: object) -> dict[str, object]:
    french = client.get(f"{API}/topics").json()["languages"][1]
    body = {
        "email": "api@example.org",
        "language": "fr",
        "topics": ["congress"],
        "source": "https://x.example/",
    }
    versions = {"consent_language": "fr", "consent_version": french["consent_version"]}
    return {**body, **versions, **changes}


def test_api_subscribes_confirms_and_ends(site_tree: SiteTree, client: Client) -> None:
    reply = client.post(API, wanted(client), content_type="application/json")
    assert (reply.status_code, reply.json()) == (202, {"status": "accepted"})
    request = SubscriptionRequest.objects.get()
    token = confirm_url(request).split("/")[-2]
    reply = client.post(f"{API}/confirm", {"token": token}, content_type="application/json")
    assert reply.json() == {"status": "confirmed"}
    token = unsubscribe_url(request.subscriber.public_id, "fr").split("/")[-2]
    assert (
        client.post(f"{API}/unsubscribe", {"token": token}, content_type="application/json").status_code
        == 200
    )
    request.subscriber.refresh_from_db()
    assert request.subscriber.standing == Standing.UNSUBSCRIBED
    assert ConsentRecord.objects.first().way == "api"


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"consent_version": "old"}, 409), ({"email": "x"}, 400), ({"topics": []}, 400), ({"more": 1}, 400)],
)
def test_api_names_what_is_wrong(site_tree: SiteTree, client: Client, changes: dict, status: int) -> None:
    reply = client.post(API, wanted(client, **changes), content_type="application/json")
    assert (reply.status_code, reply["Content-Type"]) == (status, "application/problem+json")
    assert next(iter(changes)) in reply.json()["detail"]
    assert not SubscriptionRequest.objects.exists()


def test_reading_changes_nothing(site_tree: SiteTree, client: Client) -> None:
    client.post("/de/newsletter/", FORM)
    request = SubscriptionRequest.objects.get()
    links = (confirm_url(request), unsubscribe_url(request.subscriber.public_id, "fr"))
    urls = ["/de/newsletter/?subject=x", "/de/newsletter/check-mail/", f"{API}/topics", f"{API}/challenge"]
    with CaptureQueriesContext(connection) as queries:
        for url in [*urls, *map(path, links), path(links[0]) + "again/"]:
            client.get(url)
            client.head(url)
    changing = ("INSERT", "UPDATE", "DELETE")
    sql = [query["sql"] for query in queries if '"tasks_' in query["sql"]]
    assert sql
    assert not [statement for statement in sql if statement.startswith(changing)]

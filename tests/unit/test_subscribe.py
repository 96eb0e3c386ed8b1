"""Asking for mail, confirming it, ending it."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.utils import timezone

from tasks.newsletter.addresses import normalized
from tasks.newsletter.confirmation import confirmation_message, withheld
from tasks.newsletter.links import confirm_url, unsubscribe_url
from tasks.newsletter.models import Delivery, Standing, Subscriber, SubscriptionRequest
from tests.factories.pages import SiteTree
from tests.factories.subscribers import subscriber

FORM = {
    "email": "Neu@Example.org",
    "language": "fr",
    "topics": ["congress"],
    "frequency": "weekly",
    "consent": "on",
}


def path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2].join(("/", ""))


def test_form_is_there_in_each_language(site_tree: SiteTree, client: Client) -> None:
    for language in ("de", "fr", "en"):
        page = client.get(f"/{language}/newsletter/")
        assert page.status_code == 200
        assert f'lang="{language}"' in page.content.decode()


def test_asking_writes_to_nobody_but_the_asked_address(site_tree: SiteTree, client: Client) -> None:
    response = client.post("/fr/newsletter/", FORM)
    assert response.status_code == 302
    person = Subscriber.objects.get()
    assert (person.email, person.standing) == ("Neu@example.org", Standing.PENDING)
    request = SubscriptionRequest.objects.get()
    assert (request.language, request.topics, request.source) == ("fr", ["congress"], "/fr/newsletter/")
    assert request.consent_text
    assert not Delivery.objects.exists()


def test_answer_is_the_same_for_new_and_known_addresses(site_tree: SiteTree, client: Client) -> None:
    known = subscriber("de")
    answers = {
        (reply.status_code, reply["Location"])
        for address in (known.email, "unbekannt@example.org")
        if (reply := client.post("/de/newsletter/", FORM | {"email": address}))
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "keine-adresse"), ("email", "ö@example.org"), ("topics", []), ("consent", "")],
)
def test_bad_input_is_named_at_its_field_and_changes_nothing(
    site_tree: SiteTree, client: Client, field: str, value: object
) -> None:
    page = client.post("/de/newsletter/", FORM | {field: value})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert not Subscriber.objects.exists()


def test_a_program_that_fills_in_everything_gets_the_usual_answer(
    site_tree: SiteTree, client: Client
) -> None:
    assert client.post("/de/newsletter/", FORM | {"website": "spam"}).status_code == 302
    assert not Subscriber.objects.exists()


def test_of_two_requests_within_ten_minutes_the_first_is_mailed(site_tree: SiteTree, client: Client) -> None:
    client.post("/de/newsletter/", FORM)
    client.post("/de/newsletter/", FORM | {"topics": ["barcamp"]})
    first, second = SubscriptionRequest.objects.order_by("pk")
    assert withheld(first) == ""
    assert withheld(second), "the mail names what was asked first"


def test_confirmation_works_once(site_tree: SiteTree, client: Client) -> None:
    client.post("/de/newsletter/", FORM)
    link = path(confirm_url(SubscriptionRequest.objects.get()))
    client.post(link)
    assert client.post(link).status_code == 200
    person = Subscriber.objects.get()
    assert client.post(path(unsubscribe_url(person.public_id, "de"))).status_code == 200
    assert client.post(link).status_code == 404
    person.refresh_from_db()
    assert person.standing == Standing.UNSUBSCRIBED


def test_confirmation_mail_has_the_link_and_no_advertising(site_tree: SiteTree, client: Client) -> None:
    client.post("/de/newsletter/", FORM)
    request = SubscriptionRequest.objects.get()
    mail = message_from_bytes(confirmation_message(request), policy=policy.default)
    assert mail["To"] == "Neu@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    body = mail.get_body(("plain",)).get_content()
    assert body.count("http") == 1
    assert "/fr/newsletter/confirm/" in body


def test_get_shows_and_post_confirms(site_tree: SiteTree, client: Client) -> None:
    client.post("/de/newsletter/", FORM)
    link = path(confirm_url(SubscriptionRequest.objects.get()))
    for method in (client.get, client.head):
        assert method(link).status_code == 200
        assert Subscriber.objects.get().standing == Standing.PENDING
    assert client.post(link).status_code == 200
    person = Subscriber.objects.get()
    assert (person.standing, person.language) == (Standing.CONFIRMED, "fr")
    assert [interest.topic for interest in person.interests.all()] == ["congress"]
    assert SubscriptionRequest.objects.get().confirmed_at is not None


def test_confirming_needs_the_csrf_token(site_tree: SiteTree) -> None:
    strict = Client(enforce_csrf_checks=True)
    person = subscriber("de", standing=Standing.PENDING)
    request = SubscriptionRequest.objects.create(subscriber=person, language="de", topics=["congress"])
    assert strict.post(path(confirm_url(request))).status_code == 403
    person.refresh_from_db()
    assert person.standing == Standing.PENDING


def test_confirmation_link_expires_after_72_hours(site_tree: SiteTree, client: Client, monkeypatch) -> None:
    person = subscriber("de", standing=Standing.PENDING)
    request = SubscriptionRequest.objects.create(subscriber=person, language="de", topics=["congress"])
    link = path(confirm_url(request))
    real = timezone.now().timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: real + 72 * 3600 + 60)
    assert client.post(link).status_code == 404
    person.refresh_from_db()
    assert person.standing == Standing.PENDING


def test_unsubscribe_in_one_click_without_cookie_or_token(site_tree: SiteTree) -> None:
    person = subscriber("fr")
    link = path(unsubscribe_url(person.public_id, "fr"))
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(link).status_code == 200
    person.refresh_from_db()
    assert person.standing == Standing.CONFIRMED
    reply = strict.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert reply.status_code == 200
    person.refresh_from_db()
    assert person.standing == Standing.UNSUBSCRIBED
    assert person.unsubscribed_at is not None


def test_tokens_are_bound_to_their_purpose(site_tree: SiteTree, client: Client) -> None:
    person = subscriber("de")
    token = unsubscribe_url(person.public_id, "de").rstrip("/").rpartition("/")[2]
    assert client.post(f"/de/newsletter/confirm/{token}/").status_code == 404
    assert client.post("/de/newsletter/unsubscribe/forged/").status_code == 404
    person.refresh_from_db()
    assert person.standing == Standing.CONFIRMED


def test_pages_with_tokens_are_not_indexed_or_leaked(site_tree: SiteTree, client: Client) -> None:
    page = client.get(path(unsubscribe_url(subscriber("de").public_id, "de")))
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    ("written", "stored"),
    [(" anna@Example.ORG ", "anna@example.org"), ("j@bücher.example", "j@xn--bcher-kva.example")],
)
def test_addresses_are_normalized(written: str, stored: str) -> None:
    assert normalized(written) == stored

"""What a provider reports: believed only with its secret, stored once, and acted upon."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tasks.announcements.route import route_due
from tasks.checks import provider_can_be_used
from tasks.ledger.models import State
from tasks.newsletter.models import Delivery, EventKind, MailEvent, Standing, Subscriber, SubscriptionRequest
from tasks.newsletter.providers.letters import named
from tasks.newsletter.suppressions import is_suppressed
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

ANNA = "anna@example.org"
KEY, SECRET = "signing-key", "antenne:secret"
MAILGUN, POSTMARK = "/webhooks/mail/mailgun/", "/webhooks/mail/postmark/"
Report = Callable[..., Any]


@pytest.fixture
def sent(site_tree: SiteTree) -> Delivery:
    """A mail to Anna that the provider has taken."""
    subscriber("de", email=ANNA)
    publish(draft(site_tree.news["de"]))
    route_due()
    Delivery.objects.update(state=State.SENT)
    return Delivery.objects.get()


@pytest.fixture
def mailgun(settings, client: Client) -> Report:
    """Reports as Mailgun does, signed."""
    settings.ANTENNE_MAIL_PROVIDER = "mailgun"
    settings.ANYMAIL = {"MAILGUN_API_KEY": "k", "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}

    def report(name: str, token: str = "t1", key: str = KEY, **data: Any) -> Any:
        signature = hmac.new(key.encode(), f"1764000000{token}".encode(), hashlib.sha256).hexdigest()
        block = {"timestamp": "1764000000", "token": token, "signature": signature}
        known = {
            "timestamp": 1764000000.5,
            "recipient": ANNA,
            "message": {"headers": {"message-id": "1.mailgun@example.org"}},
            "user-variables": {"antenne": name},
        }
        body = {"signature": block, "event-data": known | data}
        return client.post(MAILGUN, json.dumps(body), content_type="application/json")

    return report


@pytest.fixture
def postmark(settings, client: Client) -> Report:
    """Reports as Postmark does, with the secret in the address."""
    settings.ANTENNE_MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "k", "WEBHOOK_SECRET": SECRET}

    def report(name: str, secret: str = SECRET, **data: Any) -> Any:
        login = base64.b64encode(secret.encode()).decode()
        body = {"MessageID": "id-1", "Metadata": {"antenne": name}, "Email": ANNA} | data
        return client.post(
            POSTMARK, json.dumps(body), content_type="application/json", HTTP_AUTHORIZATION=f"Basic {login}"
        )

    return report


def bounced(reply: str, reason: str = "bounce") -> dict[str, Any]:
    """Mailgun's words for a mail that it gave up."""
    status = {"code": int(reply[:3] or 0), "message": reply[3:].strip(), "description": ""}
    return {"event": "failed", "severity": "permanent", "reason": reason, "delivery-status": status}


def name_of(delivery: Delivery) -> str:
    return named(Delivery, delivery.pk)


def test_a_wrong_signature_is_refused_and_nothing_is_stored(sent: Delivery, mailgun: Report) -> None:
    answer = mailgun(name_of(sent), key="another", **bounced("550 5.1.1 unknown"))
    assert answer.status_code == 400
    assert not MailEvent.objects.exists()
    assert not is_suppressed(ANNA)


def test_a_wrong_secret_is_refused_and_nothing_is_stored(sent: Delivery, postmark: Report) -> None:
    answer = postmark(name_of(sent), "antenne:guess", RecordType="Bounce", Type="HardBounce", ID=1)
    assert answer.status_code == 400
    assert not MailEvent.objects.exists()


def test_only_the_configured_provider_may_report(sent: Delivery, postmark: Report, client: Client) -> None:
    assert client.post(MAILGUN, "{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize("secret", ["", "no-colon", ":", "user:"])
def test_without_a_secret_nobody_may(sent: Delivery, postmark: Report, settings, secret: str) -> None:
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "k", "WEBHOOK_SECRET": secret}
    assert postmark(name_of(sent), secret, RecordType="Delivery").status_code == 404
    assert [fault.id for fault in provider_can_be_used()] == ["tasks.E013"]


def test_with_relays_there_is_no_such_address(db: None, client: Client) -> None:
    assert client.post(MAILGUN, "{}", content_type="application/json").status_code == 404


def test_a_hard_bounce_fails_the_mail_and_blocks_the_address(sent: Delivery, mailgun: Report) -> None:
    assert mailgun(name_of(sent), **bounced(f"550 5.1.1 <{ANNA}> unknown")).status_code == 200
    sent.refresh_from_db()
    event = MailEvent.objects.get()
    assert (sent.state, sent.code, is_suppressed(ANNA)) == (State.FAILED, "5.1.1", True)
    assert (event.source, event.kind, event.delivery_id) == ("mailgun", EventKind.HARD, sent.pk)
    assert ANNA not in event.detail


def test_the_same_event_is_stored_once(sent: Delivery, mailgun: Report) -> None:
    for _ in range(2):
        assert mailgun(name_of(sent), **bounced("552 5.2.2 full")).status_code == 200
    assert MailEvent.objects.count() == 1
    assert Subscriber.objects.get().soft_bounces == 1


def test_an_event_without_a_number_is_stored_once(sent: Delivery, postmark: Report) -> None:
    said = {"RecordType": "Delivery", "DeliveredAt": "2026-11-24T10:00:00Z", "Recipient": ANNA}
    for _ in range(2):
        assert postmark(name_of(sent), **said).status_code == 200
    postmark(name_of(sent), **said | {"DeliveredAt": "2026-11-24T10:00:01Z"})
    assert MailEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "kind", "is_blocked", "counted"),
    [
        (bounced("550 5.7.1 spam"), EventKind.SOFT, False, 0),
        (bounced("552 5.2.2 full"), EventKind.SOFT, False, 1),
        (bounced("550 user unknown"), EventKind.HARD, True, 0),
        (bounced("605 Not delivering to previously bounced address", "suppress-bounce"), "hard", True, 0),
        ({"event": "rejected", "reject": {"reason": "Sandbox"}}, EventKind.SOFT, False, 0),
        ({"event": "complained"}, EventKind.COMPLAINT, True, 0),
    ],
    ids=["policy", "full", "unknown in words", "blocked there", "rejected", "complaint"],
)
def test_what_a_report_means(
    sent: Delivery, mailgun: Report, said: dict[str, Any], kind: str, is_blocked: bool, counted: int
) -> None:
    mailgun(name_of(sent), **said)
    assert MailEvent.objects.get().kind == kind
    assert is_suppressed(ANNA) == is_blocked
    assert Subscriber.objects.get().soft_bounces == counted


@pytest.mark.parametrize(
    ("kind", "is_blocked"), [("HardBounce", True), ("SoftBounce", False), ("BadEmailAddress", True)]
)
def test_postmark_names_its_bounces(sent: Delivery, postmark: Report, kind: str, is_blocked: bool) -> None:
    postmark(name_of(sent), RecordType="Bounce", Type=kind, ID=7, Description="The server said no.")
    sent.refresh_from_db()
    assert (sent.state, is_suppressed(ANNA)) == (State.FAILED, is_blocked)


@pytest.mark.parametrize("event", ["unsubscribed", "complained"])
def test_who_says_no_to_the_provider_has_said_no(sent: Delivery, mailgun: Report, event: str) -> None:
    mailgun(name_of(sent), event=event)
    assert Subscriber.objects.get().standing == Standing.UNSUBSCRIBED


def test_a_delivered_mail_is_not_unknown_any_more(sent: Delivery, mailgun: Report) -> None:
    Delivery.objects.update(state=State.UNKNOWN)
    mailgun(name_of(sent), event="delivered")
    assert Delivery.objects.get().state == State.SENT


def test_a_delay_is_no_bounce(sent: Delivery, mailgun: Report) -> None:
    mailgun(name_of(sent), **bounced("450 4.2.2 full") | {"severity": "temporary"})
    assert (MailEvent.objects.get().kind, Delivery.objects.get().state) == (EventKind.OTHER, State.SENT)
    assert Subscriber.objects.get().soft_bounces == 0


@pytest.mark.parametrize("event", ["opened", "clicked"])
def test_what_people_read_is_never_stored(sent: Delivery, mailgun: Report, event: str) -> None:
    assert mailgun(name_of(sent), event=event, url="https://example.org/").status_code == 200
    assert not MailEvent.objects.exists()


@pytest.mark.parametrize("name", ["", "1.0123456789abcdef", "subscriptionrequest-1:forged"])
def test_of_mails_that_are_not_ours_nothing_follows(sent: Delivery, mailgun: Report, name: str) -> None:
    mailgun(name, **bounced("550 5.1.1 unknown"))
    assert (MailEvent.objects.get().kind, is_suppressed(ANNA)) == (EventKind.OTHER, False)
    assert Delivery.objects.get().state == State.SENT


def test_a_confirmation_that_comes_back_blocks_the_address(db: None, mailgun: Report) -> None:
    mailgun(named(SubscriptionRequest, 1), **bounced("550 5.1.1 unknown"))
    assert is_suppressed(ANNA)


def test_an_erased_reader_stays_erased(sent: Delivery, mailgun: Report) -> None:
    Delivery.objects.update(address="", subscriber=None)
    mailgun(name_of(sent), **bounced("550 5.1.1 unknown"))
    assert MailEvent.objects.get().address_hash == ""
    assert not is_suppressed(ANNA)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_reports_come_by_post_alone(db: None, mailgun: Report, client: Client, method: str) -> None:
    assert getattr(client, method)(MAILGUN).status_code == 405

"""Mails through a provider: what each reader gets, in how many requests."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest
from django.core.mail import send_mail
from django.core.signing import TimestampSigner
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.ledger.models import State
from tasks.newsletter.confirmation import confirmation_message
from tasks.newsletter.links import unsubscribe_url
from tasks.newsletter.models import (
    Delivery,
    MailRelay,
    Subscriber,
    SubscriptionRequest,
    TestMail,
)
from tasks.newsletter.send import send_confirmations, send_mails
from tasks.newsletter.subscribe import request_subscription
from tasks.newsletter.verp import tag
from tests.doubles.provider import FakeProvider
from tests.factories.campaigns import announce, states
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft

SLOT = re.compile(r"link\.invalid|%recipient")


def proven(name: str = "mailgun") -> None:
    """As after a first mail that went well."""
    MailRelay.objects.create(name=name)


def test_every_reader_gets_one_mail_with_their_own_links(site_tree: SiteTree, either: FakeProvider) -> None:
    addresses = announce(site_tree, 7)
    assert not send_mails(20)
    assert sorted(either.addresses()) == sorted(addresses)
    assert states() == {State.SENT: 7}
    for mail in either.mails:
        person = Subscriber.objects.get(email=mail.to)
        leave = unsubscribe_url(person.public_id, "de")
        headers = {name.lower(): value for name, value in mail.headers.items()}
        assert headers["list-unsubscribe"].startswith(f"<{leave}>, <mailto:")
        assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert leave in mail.text
        assert leave in mail.html
        assert not SLOT.search(f"{mail}")
        assert mail.metadata == {"antenne": tag(Delivery.objects.get(subscriber=person).pk)}


def test_nobody_sees_another_reader(site_tree: SiteTree, either: FakeProvider) -> None:
    addresses = announce(site_tree, 5)
    send_mails(20)
    for mail in either.mails:
        others = set(addresses) - {mail.to}
        assert not [other for other in others if other in f"{mail}"]
    links = [re.findall(r"https?://\S+/unsubscribe/\S+/", mail.text) for mail in either.mails]
    assert len({found[0] for found in links}) == 5


def test_mailgun_is_told_to_track_nothing(site_tree: SiteTree, mailgun: FakeProvider) -> None:
    announce(site_tree, 3)
    send_mails(20)
    assert [mail.options for mail in mailgun.mails] == [{"tracking-clicks": "no", "tracking-opens": "no"}] * 3


def test_postmark_is_told_to_track_nothing(site_tree: SiteTree, postmark: FakeProvider) -> None:
    announce(site_tree, 3)
    send_mails(20)
    untracked = {"TrackOpens": False, "TrackLinks": "None", "MessageStream": "broadcast"}
    assert [mail.options for mail in postmark.mails] == [untracked] * 3


def test_many_readers_share_a_request(site_tree: SiteTree, mailgun: FakeProvider) -> None:
    proven()
    announce(site_tree, 60)
    send_mails(20)
    assert mailgun.requests == [("/v3/example.org/messages", 60)]
    assert set(Delivery.objects.values_list("relay", "code", "detail")) == {
        ("mailgun", "queued", "<1.mailgun@example.org>")
    }


def test_where_texts_cannot_differ_each_reader_has_a_request(
    site_tree: SiteTree, postmark: FakeProvider
) -> None:
    announce(site_tree, 6)
    send_mails(20)
    assert postmark.requests == [("/email", 1)] * 6
    assert Delivery.objects.filter(relay="postmark", code="sent", detail__startswith="id-").count() == 6


def test_a_provider_that_never_answered_yet_gets_one_mail_first(
    site_tree: SiteTree, mailgun: FakeProvider
) -> None:
    announce(site_tree, 40)
    send_mails(20)
    assert [number for _, number in mailgun.requests] == [1, 4, 16, 19]
    assert states() == {State.SENT: 40}


def test_queries_do_not_grow_with_the_readers(site_tree: SiteTree, mailgun: FakeProvider) -> None:
    proven()
    numbers = []
    for readers in (5, 5, 50):
        Delivery.objects.all().delete()
        Subscriber.objects.all().delete()
        announce(site_tree, readers)
        with CaptureQueriesContext(connection) as queries:
            send_mails(20)
        assert states() == {State.SENT: readers}
        numbers.append(len(queries))
    assert numbers[1] == numbers[2]


def test_what_somebody_waits_for_goes_ahead(site_tree: SiteTree, postmark: FakeProvider, settings) -> None:
    settings.ANTENNE_MAIL_CONNECTIONS = 2
    announce(site_tree, 20)
    request_subscription("neu@example.org", "fr", ["congress"], "oui", "/fr/newsletter/")
    send_mails(20)
    assert postmark.addresses().index("neu@example.org") < 3
    assert len(postmark.mails) == 21


def test_confirmations_say_the_same_as_by_smtp(
    site_tree: SiteTree, either: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The links tell the second in which they were signed.
    monkeypatch.setattr(TimestampSigner, "timestamp", lambda signer: "1xW4nU")
    request_subscription("neu@example.org", "fr", ["congress"], "oui", "/fr/newsletter/")
    raw = message_from_bytes(confirmation_message(SubscriptionRequest.objects.get()), policy=policy.default)
    assert not send_confirmations(10)
    (mail,) = either.mails
    assert SubscriptionRequest.objects.get().state == State.SENT
    assert (mail.to, mail.subject, mail.sender) == ("neu@example.org", raw["Subject"], raw["From"])
    assert mail.text.split() == raw.get_body(("plain",)).get_content().split()
    assert mail.html.split() == raw.get_body(("html",)).get_content().split()
    assert not {name for name in mail.headers if name.startswith("List-")}


def test_somebody_waits_in_the_stream_for_single_mails(site_tree: SiteTree, postmark: FakeProvider) -> None:
    request_subscription("neu@example.org", "fr", ["congress"], "oui", "/fr/newsletter/")
    send_confirmations(10)
    assert postmark.mails[0].options["MessageStream"] == "outbound"


def test_mails_of_django_itself_go_there_too(postmark: FakeProvider, settings) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {**settings.ANYMAIL, "SEND_DEFAULTS": {"track_opens": False, "track_clicks": False}}
    send_mail("Password", "Choose another", None, ["ed@example.org"])
    untracked = {"TrackOpens": False, "TrackLinks": "None", "MessageStream": "outbound"}
    assert [(mail.to, mail.options) for mail in postmark.mails] == [("ed@example.org", untracked)]


def test_test_mails_go_the_same_way(site_tree: SiteTree, either: FakeProvider) -> None:
    page = draft(site_tree.news["de"])
    TestMail.objects.create(page=page, language="de", address="ed@example.org", revision=page.latest_revision)
    send_confirmations(10)
    assert either.addresses() == ["ed@example.org"]
    assert either.mails[0].subject.startswith("[Test] ")

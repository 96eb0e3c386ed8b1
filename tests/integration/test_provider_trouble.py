"""A provider that refuses, hangs up, is slow or away: who is served, who waits, and who is in doubt."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.utils import timezone

from cms.demo.runtime.ports import free_port
from tasks.ledger.models import State
from tasks.newsletter import control
from tasks.newsletter.models import (
    Campaign,
    CampaignState,
    Delivery,
    MailEvent,
    MailRelay,
)
from tasks.newsletter.providers import drain
from tasks.newsletter.providers.writing import write
from tasks.newsletter.send import send_mails
from tests.doubles.provider import CUT, FakeProvider
from tests.factories.campaigns import announce, states
from tests.factories.pages import SiteTree
from tests.integration.test_providers import proven

DOWN = [(401, {}, "Forbidden"), (402, {}, "Pay"), (403, {}, "Not you"), (404, {}, "What?"), (429, {}, "Slow")]


def test_one_bad_address_costs_nobody_else_a_mail(site_tree: SiteTree, mailgun: FakeProvider) -> None:
    proven()
    addresses = announce(site_tree, 30)
    mailgun.bad = {addresses[11]}
    send_mails(20)
    assert states() == {State.SENT: 29, State.FAILED: 1}
    assert sorted(mailgun.addresses()) == sorted(set(addresses) - mailgun.bad)
    failed = Delivery.objects.get(state=State.FAILED)
    assert (failed.address, failed.code) == (addresses[11], "400")
    assert "not a valid address" in failed.detail


def test_address_that_the_provider_has_blocked_has_failed(
    site_tree: SiteTree, postmark: FakeProvider
) -> None:
    addresses = announce(site_tree, 4)
    postmark.inactive = {addresses[2]}
    send_mails(20)
    assert states() == {State.SENT: 3, State.FAILED: 1}
    failed = Delivery.objects.get(state=State.FAILED)
    assert (failed.address, failed.code) == (addresses[2], "rejected")


@pytest.mark.parametrize("answer", DOWN, ids=lambda answer: str(answer[0]))
def test_while_the_provider_takes_nothing_all_mails_wait(
    site_tree: SiteTree, either: FakeProvider, answer: Any
) -> None:
    addresses = announce(site_tree, 6)
    either.always = answer
    assert not send_mails(20)
    asked = len(either.requests)
    assert not send_mails(20)
    assert len(either.requests) == asked == 1
    assert states() == {State.PENDING: 6}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    relay = MailRelay.objects.get()
    assert relay.last_error.startswith(f"{answer[0]} {answer[2]}")
    assert relay.broken_until > timezone.now()

    either.always = None
    MailRelay.objects.update(broken_until=timezone.now())
    send_mails(20)
    assert sorted(either.addresses()) == sorted(addresses)
    assert MailRelay.objects.get().failures == 0


def test_waits_as_long_as_it_was_asked_to(site_tree: SiteTree, mailgun: FakeProvider) -> None:
    announce(site_tree, 2)
    mailgun.always = (429, {"Retry-After": "77"}, "Slow down")
    send_mails(20)
    wait = MailRelay.objects.get().broken_until - timezone.now()
    assert 70 < wait.total_seconds() <= 77


def test_trouble_with_the_account_fails_no_mail(site_tree: SiteTree, postmark: FakeProvider) -> None:
    announce(site_tree, 3)
    postmark.always = (422, {}, {"ErrorCode": 405, "Message": "Not allowed to send: out of credits"})
    send_mails(20)
    assert states() == {State.PENDING: 3}
    assert "out of credits" in MailRelay.objects.get().last_error


def test_where_nobody_listens_nothing_has_happened(
    site_tree: SiteTree, mailgun: FakeProvider, settings
) -> None:
    settings.ANYMAIL = {**settings.ANYMAIL, "MAILGUN_API_URL": f"http://127.0.0.1:{free_port()}/v3"}
    announce(site_tree, 3)
    send_mails(20)
    assert states() == {State.PENDING: 3}
    assert "Connection" in MailRelay.objects.get().last_error


def test_redirects_are_not_followed_and_get_no_key(site_tree: SiteTree, mailgun: FakeProvider) -> None:
    announce(site_tree, 3)
    mailgun.always = (302, {"Location": f"{mailgun.url}/elsewhere"}, "")
    send_mails(20)
    assert states() == {State.PENDING: 3}
    assert mailgun.requests == [("/v3/example.org/messages", 1)]


@pytest.mark.parametrize("answer", [CUT, (500, {}, "Oops"), (503, {}, "Busy"), (200, {}, "no JSON")], ids=str)
def test_a_lost_answer_is_unknown_for_the_batch_and_never_sent_again(
    site_tree: SiteTree, mailgun: FakeProvider, answer: Any
) -> None:
    proven()
    announce(site_tree, 20)
    mailgun.answers = [answer]
    send_mails(20)
    assert states() == {State.UNKNOWN: 20}
    MailRelay.objects.update(broken_until=timezone.now())
    send_mails(20)
    assert mailgun.requests == [("/v3/example.org/messages", 20)]
    assert states() == {State.UNKNOWN: 20}
    assert "may or may not" in Delivery.objects.first().detail


def test_a_provider_that_loses_answers_puts_few_mails_in_doubt(
    site_tree: SiteTree, mailgun: FakeProvider
) -> None:
    announce(site_tree, 200)
    mailgun.always = CUT
    for _ in range(3):
        send_mails(20)
        MailRelay.objects.update(broken_until=timezone.now())
    assert states() == {State.UNKNOWN: 3, State.PENDING: 197}


def test_no_answer_in_time_is_unknown(
    site_tree: SiteTree, postmark: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.newsletter.providers.drain.ANSWER_SECONDS", 0.3)
    announce(site_tree, 1)
    postmark.seconds = 1.0
    send_mails(20)
    assert states() == {State.UNKNOWN: 1}


def test_a_provider_that_drips_holds_no_worker(
    site_tree: SiteTree, mailgun: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "TOTAL_SECONDS", 0.5)
    announce(site_tree, 1)
    mailgun.drip = 0.05
    begun = time.monotonic()
    send_mails(20)
    assert time.monotonic() - begun < 3
    assert states() == {State.UNKNOWN: 1}
    assert "no whole answer within 0.5 seconds" in MailRelay.objects.get().last_error


def test_what_was_reported_before_the_answer_was_lost_counts(
    site_tree: SiteTree, mailgun: FakeProvider
) -> None:
    announce(site_tree, 1)
    delivery = Delivery.objects.get()
    MailEvent.objects.create(source="mailgun", event_id="1", kind="delivered", delivery=delivery)
    mailgun.answers = [CUT]
    send_mails(20)
    assert states() == {State.SENT: 1}


def test_pause_takes_effect_between_two_batches(
    site_tree: SiteTree, mailgun: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(site_tree, 40)

    def write_and_pause(*args: Any) -> None:
        write(*args)
        if len(mailgun.requests) == 2:
            assert control.pause(Campaign.objects.all()) == 1

    monkeypatch.setattr(drain, "write", write_and_pause)
    send_mails(20)
    assert [number for _, number in mailgun.requests] == [1, 4]
    assert states() == {State.SENT: 5, State.PENDING: 35}
    monkeypatch.undo()
    control.resume(Campaign.objects.all())
    send_mails(20)
    assert states() == {State.SENT: 40}
    assert len(set(mailgun.addresses())) == len(mailgun.mails) == 40


def test_mails_of_a_campaign_that_was_cancelled_meanwhile_do_not_wait_for_ever(
    site_tree: SiteTree, mailgun: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(site_tree, 4)
    mailgun.always = (429, {}, "Slow down")

    def cancel_and_write(*args: Any) -> None:
        control.cancel(Campaign.objects.all())
        write(*args)

    monkeypatch.setattr(drain, "write", cancel_and_write)
    send_mails(20)
    assert states() == {State.SUPPRESSED: 4}


def test_campaign_that_the_provider_does_not_want_is_paused(
    site_tree: SiteTree, postmark: FakeProvider, settings
) -> None:
    settings.ANTENNE_MAIL_CONNECTIONS = 2
    announce(site_tree, 50)
    postmark.always = (422, {}, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."})
    send_mails(20)
    assert Campaign.objects.get(language="de").state == CampaignState.PAUSED
    assert Delivery.objects.filter(state=State.PENDING).count() >= 28


def test_without_its_key_nothing_is_claimed(
    site_tree: SiteTree, mailgun: FakeProvider, settings, caplog
) -> None:
    settings.ANYMAIL = {}
    announce(site_tree, 2)
    assert not send_mails(10)
    assert "ANYMAIL_MAILGUN_API_KEY is missing" in caplog.text
    assert states() == {State.PENDING: 2}
    assert not mailgun.requests


def test_the_key_stands_in_no_log(site_tree: SiteTree, either: FakeProvider, caplog) -> None:
    key, either.key = either.key, "another"
    announce(site_tree, 1)
    with caplog.at_level("DEBUG"):
        send_mails(10)
    assert MailRelay.objects.get().last_error.startswith("401")
    assert key not in caplog.text + str(MailRelay.objects.values().get())
    assert "reader0" not in str(MailRelay.objects.values().get())

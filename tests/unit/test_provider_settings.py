"""Which provider is configured, and what is missing."""

from __future__ import annotations

import pytest
from anymail.backends.base import AnymailBaseBackend
from django.core.exceptions import ValidationError

from tasks.checks import provider_can_be_used
from tasks.newsletter.deliverable import deliverable
from tasks.newsletter.doctor.configured import relays
from tasks.newsletter.models import MailRelay
from tasks.newsletter.providers import known


def messages() -> list[str]:
    return [str(fault.msg) for fault in provider_can_be_used()]


def test_without_a_provider_nothing_is_missing(settings) -> None:
    assert messages() == []
    assert known.configured() is None


def test_an_unknown_provider_is_named_with_those_that_there_are(settings) -> None:
    settings.ANTENNE_MAIL_PROVIDER = "carrier-pigeon"
    assert messages() == ["ANTENNE_MAIL_PROVIDER must be one of mailgun, postmark, not 'carrier-pigeon'."]


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        (
            "mailgun",
            [f"ANYMAIL_MAILGUN_{key} is missing." for key in ("API_KEY", "WEBHOOK_SIGNING_KEY")],
        ),
        (
            "postmark",
            ["ANYMAIL_POSTMARK_SERVER_TOKEN is missing.", "ANYMAIL_WEBHOOK_SECRET must be user:password."],
        ),
    ],
)
def test_what_is_missing_is_named(settings, name: str, missing: list[str]) -> None:
    settings.ANTENNE_MAIL_PROVIDER, settings.ANYMAIL = name, {}
    assert messages() == missing


@pytest.mark.parametrize("provider", known.PROVIDERS.values(), ids=known.PROVIDERS)
def test_each_can_do_what_we_need_with_what_it_asks_for(settings, provider: known.Provider) -> None:
    settings.ANTENNE_MAIL_PROVIDER = provider.name
    settings.ANYMAIL = {**dict.fromkeys((*provider.needs, provider.signs_with), "x"), "WEBHOOK_SECRET": "a:b"}
    assert messages() == []
    assert isinstance(provider.backend(1), AnymailBaseBackend)


def test_a_provider_that_cannot_be_told_not_to_track_is_not_used(settings, monkeypatch) -> None:
    payload = "anymail.backends.brevo.BrevoPayload"
    brevo = known.Provider("brevo", "Brevo", payload, "", needs=())
    monkeypatch.setitem(known.PROVIDERS, "brevo", brevo)
    settings.ANTENNE_MAIL_PROVIDER = "brevo"
    assert any("track_opens" in fault for fault in known.faults())


def test_batches_need_all_that_differs_between_readers() -> None:
    payload = "anymail.backends.mandrill.MandrillPayload"
    mandrill = known.Provider("mandrill", "Mandrill", payload, "", needs=(), batch=1000, slot="*|{}|*")
    assert (mandrill.can("merge_data"), mandrill.can("merge_headers"), mandrill.at_once) == (True, False, 1)
    assert known.PROVIDERS["mailgun"].at_once == 1000


def test_of_a_provider_nobody_knows_whether_it_takes_such_addresses(db: None, settings) -> None:
    MailRelay.objects.create(name="main", smtputf8=True)
    assert deliverable("jörg@example.org")
    settings.ANTENNE_MAIL_PROVIDER = "mailgun"
    with pytest.raises(ValidationError):
        deliverable("jörg@example.org")


def test_the_doctor_looks_at_no_relay_where_a_provider_sends(settings) -> None:
    assert relays()
    settings.ANTENNE_MAIL_PROVIDER = "mailgun"
    assert relays() == ()

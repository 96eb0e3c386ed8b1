"""The mails about requests, by way of a real SMTP server and read by a parser that is not Django's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import mailparser
import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from partnerships.models import NoticeMail
from partnerships.requests import outbox, relay
from tests.doubles.smtp import Behaviour
from tests.factories.requests import SENDER, notice

WRITER = "writer@example.org"


@pytest.fixture(autouse=True)
def by_smtp(settings, relay: Behaviour) -> None:
    """Mails go through the real server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def passed_on(**fields: str) -> None:
    """A confirmed message to the sender of a request."""
    values = {"name": "Zoé, d'Étretat", "email": WRITER, "language": "fr", "text": "Bonjour\n.\nà bientôt"}
    relay.confirm(relay.write({**values, **fields}, notice=notice()))
    NoticeMail.objects.filter(kind="confirm_message").delete()


@pytest.mark.django_db
def test_the_message_arrives_with_the_writer_as_reply_address(relay: Behaviour) -> None:
    passed_on()
    assert outbox.send_due(5) is False
    by_address = dict(relay.received)
    assert set(by_address) == {SENDER, WRITER}
    parsed = mailparser.parse_from_bytes(by_address[SENDER])
    assert parsed.from_ == [("Antenne", "antenne@example.org")]
    assert parsed.reply_to == [("Zoé, d'Étretat", WRITER)]
    assert parsed.to == [("", SENDER)]
    assert "Bonjour\n.\nà bientôt" in parsed.text_plain[0].replace("\r\n", "\n")
    assert "à bientôt" in parsed.text_html[0]
    assert parsed.headers["Auto-Submitted"] == "auto-generated"
    assert parsed.headers["Content-Language"] == "de"
    assert SENDER.encode() not in by_address[WRITER]


@pytest.mark.django_db
def test_a_refused_mail_is_told_and_not_tried_again(relay: Behaviour) -> None:
    relay.refuse[SENDER] = "550 5.1.1 unknown"
    passed_on()
    outbox.send_due(5)
    mail = NoticeMail.objects.get(kind="message")
    assert mail.state == "refused"
    assert mail.reply == "550 5.1.1 unknown"
    outbox.send_due(5)
    mail.refresh_from_db()
    assert mail.attempts == 1


@pytest.mark.django_db
def test_a_mail_that_is_put_off_is_tried_again_and_arrives_once(relay: Behaviour) -> None:
    relay.refuse[SENDER] = "451 4.7.1 later"
    passed_on()
    outbox.send_due(5)
    assert NoticeMail.objects.get(kind="message").state == "waiting"
    relay.refuse.clear()
    outbox.send_due(5)
    assert relay.counts()[SENDER] == 0
    NoticeMail.objects.update(due_at=timezone.now())
    outbox.send_due(5)
    assert relay.counts()[SENDER] == 1


@pytest.mark.django_db
def test_what_may_have_arrived_is_never_sent_again(relay: Behaviour) -> None:
    relay.drop_after_data.add(SENDER)
    passed_on()
    outbox.send_due(5)
    NoticeMail.objects.filter(state="waiting").update(due_at=timezone.now())
    outbox.send_due(5)
    assert NoticeMail.objects.get(kind="message").state == "unknown"
    assert relay.counts()[SENDER] == 1


@pytest.mark.django_db
def test_a_server_that_is_away_costs_time_and_nothing_else(relay: Behaviour, settings) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    passed_on()
    outbox.send_due(5)
    assert set(NoticeMail.objects.values_list("state", flat=True)) == {"waiting"}
    settings.EMAIL_PORT = port
    NoticeMail.objects.update(due_at=timezone.now())
    outbox.send_due(5)
    assert relay.counts() == {SENDER: 1, WRITER: 1}


@pytest.mark.django_db
def test_a_worker_that_died_while_sending_leaves_the_outcome_unknown(relay: Behaviour) -> None:
    passed_on()
    long_ago = timezone.now() - timedelta(minutes=11)
    NoticeMail.objects.update(state="sending", begun_at=long_ago)
    outbox.send_due(5)
    assert set(NoticeMail.objects.values_list("state", flat=True)) == {"unknown"}
    assert relay.received == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_mail_once(relay: Behaviour) -> None:
    record = notice()
    for number in range(20):
        outbox.queue("reminder", str(number), f"r{number}@example.org", "de", notice=record)
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(_work, range(2)))
    assert relay.counts() == {f"r{number}@example.org": 1 for number in range(20)}


def _work(_number: int) -> None:
    close_old_connections()
    try:
        outbox.send_due(20)
    finally:
        connection.close()

"""Requests as part of the site: demo content, admin, workers."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cms import chores
from partnerships.models import Notice, NoticeMail
from partnerships.requests import demo, relay
from partnerships.requests.choices import MailKind
from partnerships.requests.outbox import queue
from tasks import outbox
from tests.factories.partnerships import municipality
from tests.factories.requests import notice, topic

WRITER = "writer@example.org"


@pytest.fixture
def editor(db: None, client: Client) -> Client:
    """An administrator who is logged in."""
    client.force_login(get_user_model().objects.create_superuser("editor", "e@example.org", "x"))
    return client


def test_the_demo_has_requests_of_the_towns_it_knows_once(db: None) -> None:
    for code, *_rest in demo.NOTICES:
        municipality(country="DE" if len(code) == 8 else "FR", official_code=code)
    for entry in demo.NOTICES:
        topic(entry[2])
    assert demo.load() == len(demo.NOTICES)
    assert demo.load() == 0
    assert all(record.topics.count() == 1 for record in Notice.objects.open())
    assert not NoticeMail.objects.exists()


def test_a_town_that_the_directory_does_not_know_has_no_request(db: None) -> None:
    assert demo.load() == 0


def test_the_outbox_sends_the_mails_of_requests_without_a_broker(db: None) -> None:
    queue(MailKind.REMINDER, "x", WRITER, "de", notice=notice())
    outbox.drain(2)
    assert [message.to for message in mail.outbox] == [[WRITER]]


def test_a_bell_that_is_rung_after_the_transaction_reaches_the_workers(
    db: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("tasks.receivers.doorbell.ring", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        chores.ring()
        assert rung == []
    assert rung == ["do_chores"]


def test_editors_see_what_became_of_a_message_and_not_what_it_said(editor: Client) -> None:
    fields = {"name": "Paul", "email": WRITER, "language": "de", "text": "Something private"}
    message = relay.write(fields, notice=notice())
    listed = "/admin/partnerships/relaymessage/"
    assert "not confirmed" in editor.get(listed, headers={"accept-language": "en"}).content.decode()
    relay.confirm(message)
    NoticeMail.objects.filter(kind="message").update(state="refused", reply="550 unknown")
    html = editor.get(listed, headers={"accept-language": "en"}).content.decode()
    assert "550 unknown" in html
    assert "Something private" not in html
    assert WRITER not in html
    assert editor.get(f"{listed}edit/{message.pk}/").status_code in {302, 403}


@pytest.mark.parametrize("model", ["notice", "relaymessage", "noticemail"])
def test_the_admins_lists_take_as_many_queries_for_twenty_as_for_four(editor: Client, model: str) -> None:
    _messages(4)
    editor.get(f"/admin/partnerships/{model}/")
    few = _queries(editor, model)
    _messages(16)
    assert _queries(editor, model) == few


def _messages(number: int) -> None:
    for _number in range(number):
        relay.confirm(
            relay.write({"name": "P", "email": WRITER, "language": "de", "text": "Hi"}, notice=notice())
        )


def _queries(client: Client, model: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/admin/partnerships/{model}/").status_code == 200
    return len(captured)

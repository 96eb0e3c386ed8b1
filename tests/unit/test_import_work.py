"""Imports of the admin as workers do them: chunks, dead workers, cancelling, forgetting."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks import outbox
from tasks.newsletter import forgetting
from tasks.newsletter.importing import run as running
from tasks.newsletter.importing import stored, work
from tasks.newsletter.models import ConsentRecord, ImportState, ImportUpload, Subscriber, SubscriberImport
from tests.factories.imports import CHOICES, HEAD, at, checked, imported, lines, press_import, uploaded
from tests.factories.subscribers import subscriber

pytestmark = pytest.mark.django_db

CHUNK = 10
DECIDE = running.SubscriberFile.decide


class Killed(BaseException):
    """As little as possible runs after it, as after kill -9."""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", CHUNK)


def after_chunk(monkeypatch: pytest.MonkeyPatch, number: int, happens: Any) -> None:
    """Let ``happens`` run when chunk ``number`` is written and not yet committed."""
    numbers = count(1)

    def decide(self: Any, chunk: Any, *, writing: bool = False) -> Any:
        report = DECIDE(self, chunk, writing=writing)
        if writing and next(numbers) == number:
            happens()
        return report

    monkeypatch.setattr(running.SubscriberFile, "decide", decide)


def die() -> None:
    raise Killed


def lease_runs_out() -> None:
    SubscriberImport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def everybody_once(number: int) -> bool:
    """Whether there are ``number`` people with one consent record each."""
    people = Subscriber.objects.count()
    records = list(ConsentRecord.objects.values_list("subscriber_id", flat=True))
    return people == len(records) == len(set(records)) == number


def test_a_dead_workers_import_goes_on_where_it_stopped(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = checked(admin_client, HEAD + lines(35))
    press_import(admin_client, row)
    after_chunk(monkeypatch, 3, die)
    with pytest.raises(Killed):
        work.work(60)
    row.refresh_from_db()
    assert (row.rows_done, row.report["outcomes"], Subscriber.objects.count()) == (20, {"created": 20}, 20)
    assert not work.due().exists(), "its lease still holds"
    lease_runs_out()
    work.work(60)
    row.refresh_from_db()
    assert (row.state, row.rows_done, row.outcomes) == (ImportState.FINISHED, 35, {"created": 35})
    assert everybody_once(35)


def test_a_turn_that_is_over_leaves_the_rest_to_the_next(admin_client: Client) -> None:
    row = checked(admin_client, HEAD + lines(35))
    press_import(admin_client, row)
    turns = 1
    while work.work(0):
        row.refresh_from_db()
        assert row.rows_done == CHUNK * turns
        turns += 1
    row.refresh_from_db()
    assert (turns, row.state, row.outcomes) == (4, ImportState.FINISHED, {"created": 35})
    assert everybody_once(35)


def test_a_double_is_known_across_turns_and_the_stricter_line_holds(admin_client: Client) -> None:
    text = "E-Mail;Sprache;Themen;Status\n"
    text += "".join(f"p{n}@example.org;de;congress;active\n" for n in range(25))
    text += "p3@example.org;de;congress;unsubscribed\n"
    row = checked(admin_client, text, column_3="standing")
    assert (row.outcomes, row.report["faulty"]) == ({"created": 24, "unsubscribed": 1}, 1)
    press_import(admin_client, row)
    while work.work(0):
        continue
    row.refresh_from_db()
    assert (row.outcomes, row.report["faulty"]) == ({"created": 24, "unsubscribed": 1}, 1)
    assert Subscriber.objects.get(email="p3@example.org").standing == "unsubscribed"


def test_cancelling_takes_effect_between_chunks_and_what_was_written_stays(admin_client: Client) -> None:
    row = checked(admin_client, HEAD + lines(35))
    press_import(admin_client, row)
    work.work(0)
    admin_client.post(at(row, "cancel"))
    work.work(60)
    row.refresh_from_db()
    assert (row.state, row.rows_done, row.changes) == (ImportState.CANCELLED, 10, 10)
    assert everybody_once(10)
    assert not ImportUpload.objects.exists()
    html = admin_client.get(at(row, "show")).content.decode()
    assert "10 von 35" in html or "10 of 35" in html


def test_a_chunk_is_taken_back_where_the_import_is_not_this_workers_any_more(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = checked(admin_client, HEAD + lines(35))
    press_import(admin_client, row)
    # From the same connection, and so taken back with the chunk.
    ours = SubscriberImport.objects.filter(pk=row.pk)
    after_chunk(monkeypatch, 2, lambda: ours.update(worker="another"))
    work.work(60)
    assert everybody_once(10)
    row.refresh_from_db()
    assert row.rows_done == 10


def test_no_two_workers_take_one_import(admin_client: Client) -> None:
    press_import(admin_client, checked(admin_client))
    first = work.claim()
    assert first is not None
    assert work.claim() is None
    lease_runs_out()
    second = work.claim()
    assert second is not None
    with pytest.raises(work.Lost):
        work.hold(first, rows_done=1)
    work.hold(second, rows_done=1)


def test_somebody_who_subscribes_in_between_is_known_by_the_next_attempt(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = checked(admin_client, HEAD + lines(15))
    press_import(admin_client, row)
    tried = []

    def once() -> None:
        if not tried:
            tried.append(1)
            raise IntegrityError

    after_chunk(monkeypatch, 1, once)
    work.work(60)
    row.refresh_from_db()
    assert (tried, row.state, row.outcomes) == ([1], ImportState.FINISHED, {"created": 15})
    assert everybody_once(15)


def test_what_changed_since_the_check_is_decided_anew(admin_client: Client) -> None:
    row = checked(admin_client, HEAD + lines(3))
    subscriber("fr", email="p0@example.org")
    imported(admin_client, row)
    assert row.outcomes == {"created": 2, "confirmed_here": 1}
    assert Subscriber.objects.get(email="p0@example.org").language == "fr"


def test_an_import_that_always_stops_fails_in_the_end_and_says_so(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    row = checked(admin_client, HEAD + lines(3))
    press_import(admin_client, row)

    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(running.SubscriberFile, "decide", broken)
    for _attempt in range(work.MAX_ATTEMPTS + 1):
        work.work(60)
        lease_runs_out()
    row.refresh_from_db()
    assert row.state == ImportState.FAILED
    assert row.trouble in admin_client.get(at(row, "show")).content.decode().replace("&#x27;", "'")
    assert not ImportUpload.objects.exists()
    assert caplog.text.count("stopped") == work.MAX_ATTEMPTS
    assert "example.org" not in caplog.text


def test_an_import_that_cannot_be_read_any_more_fails_with_the_reason(admin_client: Client) -> None:
    text = HEAD + lines(5) + 'a@example.org;de;congress;"never closed\n' + "x" * 200_000
    row = uploaded(admin_client, text)
    admin_client.post(at(row, "columns"), CHOICES)
    work.work(60)
    row.refresh_from_db()
    assert row.state == ImportState.FAILED
    assert "liste.csv" in row.trouble


def queries_of(client: Client, number: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Queries for one chunk of ``number`` new people."""
    monkeypatch.setattr(running, "CHUNK", number)
    row = checked(client, HEAD + lines(number, start=1000 * number))
    press_import(client, row)
    with CaptureQueriesContext(connection) as captured:
        work.work(60)
    row.refresh_from_db()
    assert row.outcomes == {"created": number}
    return len(captured)


def test_a_chunk_costs_the_same_number_of_queries_for_few_and_many(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries_of(admin_client, 3, monkeypatch)
    assert queries_of(admin_client, 5, monkeypatch) == queries_of(admin_client, 50, monkeypatch)


def test_a_sweep_without_any_worker_is_enough(admin_client: Client) -> None:
    row = uploaded(admin_client, HEAD + lines(3))
    admin_client.post(at(row, "columns"), CHOICES)
    outbox.drain(5)
    row.refresh_from_db()
    press_import(admin_client, row)
    outbox.drain(5)
    row.refresh_from_db()
    assert row.state == ImportState.FINISHED


@pytest.mark.parametrize("state", [ImportState.UPLOADED, ImportState.CHECKED, ImportState.RUNNING])
def test_what_nobody_goes_on_with_is_given_up_after_a_day(admin_client: Client, state: str) -> None:
    row = checked(admin_client, HEAD + lines(3))
    almost = timezone.now() - timedelta(hours=23)
    SubscriberImport.objects.update(state=state, updated_at=almost)
    stored.forget_uploads(timezone.now() - forgetting.UPLOADS_FOR)
    assert ImportUpload.objects.exists()
    SubscriberImport.objects.update(updated_at=almost - timedelta(hours=2))
    forgetting.forget()
    row.refresh_from_db()
    assert row.state == ImportState.FORGOTTEN
    assert not ImportUpload.objects.exists()


def test_a_copy_that_a_dead_worker_left_on_the_disk_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new = (tmp_path / f"{stored.PREFIX}{name}" for name in ("old", "new"))
    for directory in (old, new):
        directory.mkdir()
        (directory / "file").write_text("anna@example.org")
    long_ago = time.time() - stored.LEFT_OVER_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    stored.forget_uploads(timezone.now())
    assert [path.name for path in tmp_path.iterdir()] == [new.name]

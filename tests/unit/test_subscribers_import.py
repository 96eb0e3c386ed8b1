"""Taking subscribers over: what becomes of people, and whose “no” holds."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from tasks.newsletter import suppressions
from tasks.newsletter.consent import broken_at, record
from tasks.newsletter.importing import run as running
from tasks.newsletter.importing.cells import escaped, restored
from tasks.newsletter.importing.run import import_file
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.models import (
    ConsentKind,
    ConsentRecord,
    Following,
    Standing,
    Subscriber,
    SubscriptionRequest,
    Suppression,
    Way,
)
from tests.factories.lists import LISTMONK, SOURCE, mailchimp, run, told, write
from tests.factories.subscribers import subscriber

pytestmark = pytest.mark.django_db


def state() -> list[list[tuple]]:
    """All that an import may change."""
    models = (Subscriber, ConsentRecord, Suppression, SubscriptionRequest)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def test_the_consent_record_says_where_the_consent_comes_from(tmp_path: Path) -> None:
    import_file(mailchimp(tmp_path), told(language="fr"))
    person = Subscriber.objects.get(email="claire@example.fr")
    step = person.consent_records.get()
    assert (step.kind, step.way, step.source, step.position) == (ConsentKind.IMPORTED, Way.IMPORT, SOURCE, 1)
    assert step.ip is None
    assert step.details["told"]["optin_ip"] == "203.0.113.7"
    assert step.details["told"]["asked_at"] == "2018-04-13 10:57:02"
    assert person.confirmed_at == datetime(2018, 4, 13, 10, 58, 2, tzinfo=UTC)
    assert broken_at(person) is None


@pytest.mark.parametrize("make", [mailchimp, lambda path: write(path, LISTMONK)])
def test_a_second_run_changes_nothing_and_says_so(tmp_path: Path, make) -> None:
    file = make(tmp_path)
    run(file, "--language", "de", "--topics", "congress")
    before = state()
    assert "Nothing to change." in run(file, "--language", "de", "--topics", "congress")
    assert state() == before


def test_dry_run_says_what_the_run_does_and_writes_nothing(tmp_path: Path) -> None:
    subscriber(email="gone@example.org")
    file = write(tmp_path, LISTMONK)
    before = state()
    dry = import_file(file, told(dry_run=True))
    assert state() == before
    wet = import_file(file, told())
    assert dry.to_json() | {"written": True} == wet.to_json()


def test_nobody_who_said_no_or_chose_otherwise_is_touched(tmp_path: Path) -> None:
    subscriber("fr", "barcamp", email="here@example.org")
    subscriber(standing=Standing.UNSUBSCRIBED, email="left@example.org")
    suppressions.suppress("erased@example.org", "erased")
    before = state()
    text = "email\nHERE@example.org\nleft@example.org\nerased@example.org\n"
    report = import_file(write(tmp_path, text), told())
    assert [(line, reason) for _table, line, reason in report.skipped] == [
        (2, "confirmed_here"),
        (3, "unsubscribed_here"),
        (4, "blocked_here"),
    ]
    assert state() == before


def test_an_erased_person_is_not_entered_again_as_unsubscribed(tmp_path: Path) -> None:
    suppressions.suppress("erased@example.org", "erased")
    import_file(write(tmp_path, "email,status\nerased@example.org,unsubscribed\n"), told())
    assert not Subscriber.objects.exists()


def test_a_no_from_there_holds_here_unless_they_confirmed_here_since(tmp_path: Path) -> None:
    old, new = subscriber(email="old@example.org"), subscriber(email="new@example.org")
    Subscriber.objects.filter(pk=old.pk).update(confirmed_at=timezone.now() - timedelta(days=3000))
    text = "email,status,unsubscribed_at\n" + "".join(
        f"{p.email},unsubscribed,2022-01-01\n" for p in (old, new)
    )
    report = import_file(write(tmp_path, text), told())
    assert report.outcomes == {"unsubscribed": 1, "confirmed_since": 1}
    assert Subscriber.objects.get(pk=old.pk).standing == Standing.UNSUBSCRIBED
    assert Subscriber.objects.get(pk=new.pk).standing == Standing.CONFIRMED
    assert ConsentRecord.objects.get().kind == ConsentKind.WITHDRAWN


def test_an_existing_chain_goes_on(tmp_path: Path) -> None:
    person = subscriber(standing=Standing.PENDING, email="a@example.org")
    record(person, ConsentKind.ASKED, Way.FORM)
    import_file(write(tmp_path, "email\na@example.org\n"), told())
    assert list(person.consent_records.values_list("position", flat=True)) == [1, 2]
    assert broken_at(person) is None
    assert Subscriber.objects.get().standing == Standing.CONFIRMED


def test_confirm_asks_everybody_once_and_takes_nobody_as_confirmed(tmp_path: Path) -> None:
    file = write(tmp_path, "email\na@example.org\nb@example.org\n")
    import_file(file, told(confirm=True))
    assert set(Subscriber.objects.values_list("standing", flat=True)) == {Standing.PENDING}
    assert {tuple(r.topics) for r in SubscriptionRequest.objects.all()} == {("congress",)}
    report = import_file(file, told(confirm=True))
    assert report.outcomes == {"asked_before": 2}
    assert SubscriptionRequest.objects.count() == 2


def test_of_two_lines_with_one_address_the_no_holds(tmp_path: Path) -> None:
    file = write(tmp_path, "email,status\na@example.org,subscribed\na@example.org,unsubscribed\n")
    dry = import_file(file, told(skip_errors=True, dry_run=True))
    import_file(file, told(skip_errors=True))
    assert dry.outcomes == {"unsubscribed": 1}
    assert Subscriber.objects.get().standing == Standing.UNSUBSCRIBED


def test_a_line_without_language_or_topic_needs_them_to_be_set(tmp_path: Path) -> None:
    with override("en"):
        report = import_file(write(tmp_path, "email\na@example.org\n"), ImportSettings(SOURCE))
    assert [p.column for p in report.problems] == ["language", "topics"]


def test_a_failure_in_the_middle_writes_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    file = write(tmp_path, "email\n" + "".join(f"p{n}@example.org\n" for n in range(5)))

    def stop() -> None:
        assert Subscriber.objects.count() == 5
        raise RuntimeError

    with pytest.raises(RuntimeError):
        import_file(file, told(), fence=stop)
    assert not Subscriber.objects.exists()


def test_somebody_who_subscribes_meanwhile_is_met_by_a_second_attempt(tmp_path: Path) -> None:
    calls = []

    def fence() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise IntegrityError

    assert import_file(write(tmp_path, "email\na@example.org\n"), told(), fence=fence).written
    assert Subscriber.objects.count() == ConsentRecord.objects.count() == 1


def test_queries_do_not_grow_with_the_lines(tmp_path: Path) -> None:
    def queries(number: int, name: str) -> int:
        file = write(tmp_path, "email\n" + "".join(f"{name}{n}@example.org\n" for n in range(number)))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            import_file(file, told())
        return len(seen)

    assert queries(5, "a") == queries(50, "b")


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "'=x", "''+x", "plain", "'plain", "\t=x"])
def test_formulas_are_escaped_and_come_back(text: str) -> None:
    assert escaped(text)[0] not in "=+-@\t"
    assert restored(escaped(text)) == text


def test_export_and_import_into_an_empty_database_give_the_same_people(tmp_path: Path) -> None:
    person = subscriber("fr", "congress", "barcamp", email="=cmd@example.org")
    Subscriber.objects.filter(pk=person.pk).update(frequency="monthly", paused_until="2030-01-01")
    Following.objects.create(subscriber=person, subject="municipality:m-12")
    record(person, ConsentKind.ASKED, Way.FORM, source="/fr/newsletter/")
    left = subscriber(standing=Standing.UNSUBSCRIBED)
    Subscriber.objects.filter(pk=left.pk).update(unsubscribed_at=timezone.now())
    record(left, ConsentKind.ASKED, Way.FORM, source="/de/newsletter/")
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    call_command("export_subscribers", str(first), stdout=StringIO())
    assert "'=cmd@example.org" in first.read_text(encoding="utf-8")
    Subscriber.objects.all().delete()
    assert import_file(first, ImportSettings(SOURCE)).format == "antenne"
    call_command("export_subscribers", str(second), stdout=StringIO())
    assert second.read_text(encoding="utf-8") == first.read_text(encoding="utf-8")


def test_export_marks_blocked_addresses_and_leaves_them_out_of_a_standing(tmp_path: Path) -> None:
    subscriber(email="ok@example.org")
    suppressions.suppress(subscriber(email="bounced@example.org").email, "bounce")
    out = StringIO()
    call_command("export_subscribers", stdout=out)
    rows = {row["email"]: row["standing"] for row in csv.DictReader(StringIO(out.getvalue()))}
    assert rows == {"ok@example.org": "confirmed", "bounced@example.org": "bounced"}
    file = tmp_path / "confirmed.csv"
    call_command("export_subscribers", str(file), "--standing", "confirmed", stdout=StringIO())
    assert "bounced@" not in file.read_text(encoding="utf-8")


def test_the_consent_source_is_required(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="consent-source"):
        call_command("import_subscribers", str(write(tmp_path, "email\n")))


def test_the_day_of_the_consent_is_that_of_lines_without_one(tmp_path: Path) -> None:
    file = write(tmp_path, "email,language,topics\na@example.org,de,congress\n")
    run(file, "--agreed-on", "2025-05-12")
    person = Subscriber.objects.get()
    assert person.confirmed_at == datetime(2025, 5, 12, tzinfo=UTC)
    assert person.consent_records.get().details["agreed_on"] == "2025-05-12"

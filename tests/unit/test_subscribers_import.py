"""Taking subscribers over: what is read, what is refused, and whose “no” holds."""

from __future__ import annotations

import csv
import json
import zipfile
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
from tasks.newsletter.importing import archive, values
from tasks.newsletter.importing import run as running
from tasks.newsletter.importing.archive import FileUnreadable
from tasks.newsletter.importing.cells import escaped, restored
from tasks.newsletter.importing.reading import tables
from tasks.newsletter.importing.run import import_file
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.models import (
    ConsentKind,
    ConsentRecord,
    Following,
    Frequency,
    Standing,
    Subscriber,
    SubscriptionRequest,
    Suppression,
    Way,
)
from tests.factories.subscribers import subscriber

pytestmark = pytest.mark.django_db

SOURCE = "Paper list, general assembly 12 May 2025"
ATTRIBUTES = '{""city"": ""Hannover"", ""lang"": ""de"", ""topics"": [""congress"", ""BarCamps"", ""chess""]}'
LISTMONK = f"""uuid,email,name,attributes,status,created_at,updated_at
4b6f0c2e-01,anna@example.org,Anna,"{ATTRIBUTES}",enabled,2023-02-01 08:00:00.123456+00:00,2024-01-01 08:00:00Z
4b6f0c2e-02,blocked@example.org,Bo,{{}},blocklisted,2023-02-01T08:00:00Z,2024-01-01T08:00:00Z
4b6f0c2e-03,gone@example.org,Gus,{{}},disabled,2023-02-01T08:00:00Z,2024-01-01T08:00:00Z
"""
MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,"
    "LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION{more},LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
    "{email},Claire,Dupont,2,2018-04-13 10:57:02,203.0.113.7,{confirmed},203.0.113.8,,,,,,FR,{cells},"
    '2018-04-13 10:59:02,1234,ab12cd34ef,,"""Congresses and meetings"",""Presse"""\n'
)


def told(**more: object) -> ImportSettings:
    return ImportSettings(SOURCE, **{"language": "de", "topics": ("congress",), **more})


def write(path: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    file = path / name
    file.write_bytes(text.encode(encoding))
    return file


def mailchimp(path: Path) -> Path:
    file = path / "audience_export.zip"
    unsub = {
        "more": ",UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON",
        "cells": ",2020-01-01 10:00:00,May,OTHER",
    }
    clean = {"more": ",CLEAN_TIME,CLEAN_CAMPAIGN_TITLE", "cells": ",2020-01-01 10:00:00,May"}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, email, extra in (
            ("subscribed", "claire@example.fr", {"more": "", "cells": ""}),
            ("unsubscribed", "partie@example.fr", unsub),
            ("cleaned", "perdue@example.fr", clean),
        ):
            text = MAILCHIMP.format(email=email, confirmed="2018-04-13 10:58:02", **extra)
            packed.writestr(f"{name}_email_audience_export_9d1f4c.csv", text)
    return file


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_subscribers", str(path), "--consent-source", SOURCE, *options, stdout=out)
    return out.getvalue()


def state() -> list[list[tuple]]:
    """All that an import may change."""
    models = (Subscriber, ConsentRecord, Suppression, SubscriptionRequest)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_encoding_and_separator_are_found_out(tmp_path: Path, encoding: str, sign: str) -> None:
    text = sign.join(("E-Mail", "Sprache", "Themen", "Häufigkeit")) + "\r\n"
    text += sign.join(("a@example.org", "Französisch", '"Kongresse und Treffen"', "weekly")) + "\r\n"
    report = import_file(write(tmp_path, text, encoding=encoding), ImportSettings(SOURCE))
    assert report.problems == []
    person = Subscriber.objects.get()
    assert (person.language, person.frequency, person.standing) == (
        "fr",
        Frequency.WEEKLY,
        Standing.CONFIRMED,
    )
    assert [interest.topic for interest in person.interests.all()] == ["congress"]


@pytest.mark.parametrize(
    "header",
    ["Adresse e-mail,Langue,Thèmes", "Email address,Language,Topics", "E-Mail-Adresse,Sprache,Themen"],
)
def test_columns_are_guessed_in_three_languages_and_shown(tmp_path: Path, header: str) -> None:
    report = import_file(
        write(tmp_path, f"{header}\na@example.org,fr,congress;barcamp\n"), ImportSettings(SOURCE)
    )
    assert report.columns == {
        "list.csv": dict(zip(("email", "language", "topics"), header.split(","), strict=True))
    }
    assert report.changes == 1


def test_a_told_column_holds_against_the_guess(tmp_path: Path) -> None:
    file = write(tmp_path, "email,Privat,Sprache\nno@example.org,yes@example.org,xx\n")
    import_file(file, told(columns={"email": "privat", "language": ""}))
    assert Subscriber.objects.get().email == "yes@example.org"


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    file = write(tmp_path, "email,name\na@example.org,A\n")
    with pytest.raises(FileUnreadable, match=r"Mail.*email, name"):
        import_file(file, told(columns={"email": "Mail"}))


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


def test_mailchimp_zip_tells_subscribed_unsubscribed_and_cleaned_apart(tmp_path: Path) -> None:
    report = import_file(mailchimp(tmp_path), told(language="fr", topics=()))
    assert report.format == "mailchimp"
    assert report.outcomes == {"created": 1, "unsubscribed": 1, "blocked": 1}
    assert report.ignored["Presse"] == 3
    assert Subscriber.objects.get(email="partie@example.fr").standing == Standing.UNSUBSCRIBED
    assert not Subscriber.objects.filter(email="perdue@example.fr").exists()
    block = Suppression.objects.get()
    assert (block.reason, SOURCE in block.note) == ("bounce", True)
    assert suppressions.is_suppressed("perdue@example.fr")


def test_listmonk_attributes_and_status_are_understood(tmp_path: Path) -> None:
    report = import_file(write(tmp_path, LISTMONK), ImportSettings(SOURCE))
    assert report.problems == []
    assert report.outcomes == {"created": 1, "unsubscribed": 1, "blocked": 1}
    anna = Subscriber.objects.get(email="anna@example.org")
    assert {interest.topic for interest in anna.interests.all()} == {"congress", "barcamp"}
    assert report.ignored == {"chess": 1}
    assert anna.created_at.year == 2023
    assert Suppression.objects.get().reason == "manual"


def test_a_list_standing_in_listmonk_overrides_enabled(tmp_path: Path) -> None:
    text = (
        "uuid,email,name,attributes,status,subscription_status\nu,a@example.org,A,{},enabled,unsubscribed\n"
    )
    import_file(write(tmp_path, text), told())
    assert Subscriber.objects.get().standing == Standing.UNSUBSCRIBED


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


def test_faults_are_named_by_line_and_column_and_nothing_is_written(tmp_path: Path, capsys) -> None:
    text = "E-Mail,Sprache,Themen\ngood@example.org,de,congress\n\nbad@@x,de,congress\n"
    text += "c@example.org,klingonisch,congress\nd@example.org,de,Schach\nGood@example.org,de,congress\n"
    text += "e@example.org,de,congress,too much\nf\0@example.org,de,congress\n"
    file = write(tmp_path, text)
    report = import_file(file, ImportSettings(SOURCE))
    places = [(p.line, p.column) for p in report.problems]
    assert places == [(4, "E-Mail"), (5, "Sprache"), (6, "Themen"), (7, "E-Mail"), (8, ""), (9, "E-Mail")]
    assert "bad@@x" not in json.dumps(report.to_json())
    assert not Subscriber.objects.exists()
    with pytest.raises(SystemExit) as stop:
        run(file)
    assert stop.value.code == 1
    assert import_file(file, ImportSettings(SOURCE, skip_errors=True)).written
    assert Subscriber.objects.get().email == "good@example.org"


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


def test_a_huge_cell_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="line 2") as stop:
        run(write(tmp_path, 'email,name\na@example.org,"' + "x" * 200_000))
    assert stop.value.returncode == 3


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "..\\evil.csv", "C:\\evil.csv"])
def test_a_zip_that_names_other_places_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(name, "email\na@example.org\n")
    with override("en"), pytest.raises(FileUnreadable, match="outside"):
        tables(file)


def test_a_zip_that_unpacks_to_more_than_allowed_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 1_000_000)
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("subscribed_x.csv", "0" * 2_000_000)
    assert file.stat().st_size < 10_000
    with override("en"), pytest.raises(FileUnreadable, match="larger"):
        tables(file)


@pytest.mark.parametrize("content", [b"PK\x03\x04 not really", b"", b"\n\n", b"\x81\x8d"])
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    with pytest.raises(FileUnreadable):
        import_file(file, told())


@pytest.mark.parametrize("text", ["2999-01-01", "yesterday", "32.01.2020"])
def test_a_time_that_is_none_is_a_fault(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        values.moment(text)


def test_the_consent_source_is_required(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="consent-source"):
        call_command("import_subscribers", str(write(tmp_path, "email\n")))


def test_the_day_of_the_consent_is_that_of_lines_without_one(tmp_path: Path) -> None:
    file = write(tmp_path, "email,language,topics\na@example.org,de,congress\n")
    run(file, "--agreed-on", "2025-05-12")
    person = Subscriber.objects.get()
    assert person.confirmed_at == datetime(2025, 5, 12, tzinfo=UTC)
    assert person.consent_records.get().details["agreed_on"] == "2025-05-12"


@pytest.mark.parametrize("day", ["12.05.2025", "2999-01-01"])
def test_a_day_of_consent_that_cannot_be_is_wrong_use(tmp_path: Path, day: str) -> None:
    file = write(tmp_path, "email,language,topics\na@example.org,de,congress\n")
    with pytest.raises(CommandError, match=day):
        run(file, "--agreed-on", day)

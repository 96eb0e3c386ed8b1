"""Files to take subscribers over from: what is read of them, and what is refused."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.utils.translation import override

from tasks.newsletter import suppressions
from tasks.newsletter.importing import archive, values
from tasks.newsletter.importing.archive import FileUnreadable
from tasks.newsletter.importing.reading import tables
from tasks.newsletter.importing.run import import_file
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.models import (
    Frequency,
    Standing,
    Subscriber,
    Suppression,
)
from tests.factories.lists import LISTMONK, SOURCE, mailchimp, run, told, write

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("day", ["12.05.2025", "2999-01-01"])
def test_a_day_of_consent_that_cannot_be_is_wrong_use(tmp_path: Path, day: str) -> None:
    file = write(tmp_path, "email,language,topics\na@example.org,de,congress\n")
    with pytest.raises(CommandError, match=day):
        run(file, "--agreed-on", day)

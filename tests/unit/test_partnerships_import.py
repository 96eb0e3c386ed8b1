"""The import: the real file with its hard cases, faults in words, all or nothing."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from partnerships.domain.distance import distance_km
from partnerships.domain.importing import check_rows, import_rows, read_rows
from partnerships.domain.reference import DATA
from partnerships.models import (
    Association,
    Municipality,
    Partnership,
    PartnershipIdentifier,
    PartnershipMember,
)

FILE = DATA / "partnerships_region.csv"
HEADER = "id,town_a,country_a,ags,level_a,town_b,country_b,insee,year_signed,date_signed_a,status,type"
GOOD = "DE03241001-FR66136,Hannover,DE,03241001,municipality,Perpignan,FR,66136,1960,,active,partnership"

pytestmark = pytest.mark.django_db


def run(path: Path, *options: str) -> dict:
    """The command's outcome as JSON."""
    out = StringIO()
    call_command("import_partnerships", str(path), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def write(path: Path, *lines: str, header: str = HEADER) -> Path:
    """A CSV file of these lines."""
    file = path / "twins.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return file


def faults(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command prints about a file that it refuses."""
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("import_partnerships", str(path), stdout=out)
    assert stop.value.code == 1
    assert not Partnership.objects.exists()
    assert not Municipality.objects.exists()
    return out.getvalue()


@pytest.fixture
def region() -> None:
    """The shipped file, imported."""
    import_rows(read_rows(FILE).rows, provenance="test")


def by_id(identifier: str) -> Partnership:
    """The partnership that an id leads to."""
    row = PartnershipIdentifier.objects.get(identifier=identifier)
    return Partnership.objects.with_details().get(pk=row.partnership_id)


def names(record: Partnership) -> list[str]:
    """The members' labels in order."""
    return [member.municipality.label("") for member in record.members.all()]


def test_region_imports_without_fault_and_the_second_run_changes_nothing() -> None:
    first = run(FILE)
    assert first["problems"] == []
    assert first["rows"] == 55
    assert first["partnerships"] == {"created": 53, "updated": 0, "unchanged": 0}
    before = list(Partnership.objects.values().order_by("pk"))
    second = run(FILE)
    assert second["partnerships"] == {"created": 0, "updated": 0, "unchanged": 53}
    assert second["municipalities"]["created"] == second["municipalities"]["updated"] == 0
    assert second["associations"]["created"] == 0
    assert list(Partnership.objects.values().order_by("pk")) == before


def test_every_id_of_the_file_leads_to_a_partnership(region: None) -> None:
    ids = [row.value("id") for row in read_rows(FILE).rows if row.value("id")]
    assert len(ids) == 52
    assert PartnershipIdentifier.objects.filter(identifier__in=ids, partnership__isnull=False).count() == 52


def test_sarstedt_gaillon_and_aubevoye_are_one_partnership(region: None) -> None:
    record = by_id("DE03254028-FR27275")
    assert by_id("DE03254028-FR27022") == record
    assert names(record) == ["Sarstedt", "Gaillon", "Aubevoye (Le Val d'Hazey)"]
    assert [member.side for member in record.members.all()] == ["a", "b", "b"]
    assert record.year_signed == 1992


def test_muenden_and_the_landkreis_share_suresnes(region: None) -> None:
    record = by_id("DE03159017-FR92073")
    assert by_id("DE03159-FR92073") == record
    assert names(record) == ["Hann. Münden", "Suresnes", "Landkreis Göttingen"]
    assert [member.side for member in record.members.all()] == ["a", "b", "a"]
    assert record.public_id == "DE03159017-FR92073"


@pytest.mark.parametrize(
    ("identifier", "name", "whole", "is_merged"),
    [
        ("DE03241001-FR76497", "Ahlem-Badenstedt-Davenstedt", "Hannover", False),
        ("DE03241010-FR76709", "Godshorn", "Langenhagen", False),
        ("DE03351026-FR31033", "Hermannsburg", "Südheide", False),
        ("DE03154028-FR14437", "Büddenstedt", "Helmstedt", True),
        ("DE03358024-FR14076", "Bomlitz", "Walsrode", True),
        ("DE03155011-FR50129", "Tourlaville", "Cherbourg-en-Cotentin", True),
        ("DE03254028-FR27022", "Aubevoye", "Le Val d'Hazey", True),
    ],
)
def test_parts_and_merged_communes_twin_under_their_own_name(
    region: None, identifier: str, name: str, whole: str, is_merged: bool
) -> None:
    places = [member.municipality for member in by_id(identifier).members.all()]
    place = next(place for place in places if place.name == name)
    assert place.level == "district_of_city"
    assert place.parent is not None
    assert place.parent.name == whole
    assert (place.successor == place.parent) is is_merged
    assert place.official_code == place.parent.official_code
    assert place.population is None


def test_domfront_lives_on_in_domfront_en_poiraie(region: None) -> None:
    record = by_id("DE03241004-FR61145")
    assert names(record) == ["Burgwedel", "Domfront en Poiraie"]
    former = Municipality.objects.get(name="Domfront")
    assert former.successor == Municipality.objects.get(public_id="FR61145")


def test_brackets_that_belong_to_a_name_stay(region: None) -> None:
    assert Municipality.objects.get(official_code="03241020").name == "Wennigsen (Deister)"


def test_associations_of_municipalities_have_ids_made_of_their_names(region: None) -> None:
    record = by_id("DE-samtgemeinde-papenteich-FR-pays-de-loiron")
    levels = {member.municipality.level for member in record.members.all()}
    assert levels == {"association_of_municipalities"}
    assert names(by_id("DE-samtgemeinde-wesendorf-FR14221")) == ["Samtgemeinde Wesendorf", "Démouville"]
    assert names(by_id("DE-samtgemeinde-wesendorf-FR14666")) == ["Samtgemeinde Wesendorf", "Sannerville"]


@pytest.mark.parametrize(
    ("identifier", "dates"),
    [
        ("DE03241002-FR76451", [("1966-07-11", "day"), ("1967-04-01", "day")]),
        ("DE03159010-FR77122", [("1968-07-14", "day"), ("1969-05-25", "day")]),
        ("DE03154028-FR35360", [("1978-10-01", "month"), ("1979-01-01", "year")]),
        ("DE03241021-FR61169", [("1996-05-25", "day"), ("1995-01-01", "year")]),
        ("DE03241019-FR80685", [None, ("1984-03-01", "month")]),
    ],
)
def test_each_town_keeps_its_own_signing_date(region: None, identifier: str, dates: list) -> None:
    members = by_id(identifier).members.all()
    assert [
        (member.signed_on.isoformat(), member.signed_precision) if member.signed_on else None
        for member in members
    ] == dates


def test_missing_years_stay_empty(region: None) -> None:
    assert by_id("DE03102000-FR94028").year_signed is None
    assert Partnership.objects.filter(year_signed=None).count() == 13


def test_distances_agree_with_the_file(region: None) -> None:
    for row in read_rows(FILE).rows:
        if row.value("distance_km") and not row.value("note").startswith("three-way"):
            record = by_id(row.value("id") or "DE-samtgemeinde-wesendorf-FR14221")
            distance = distance_km(record.members.all())
            assert distance is not None
            assert abs(distance - int(row.value("distance_km"))) <= 1, row.value("id")


def test_working_notes_stay_internal(region: None) -> None:
    assert by_id("DE03241002-FR76451").internal_note == "two signing dates, one per town"


def test_populations_name_their_source_only_where_it_is_recorded(region: None) -> None:
    sources = dict(Municipality.objects.values_list("public_id", "population_source"))
    assert sources["DE03241001"] == "GeoNames"
    assert sources["FR66136"] == "INSEE/Etalab"
    assert sources["DE03241004"] == ""


def test_association_looks_after_several_partnerships(region: None) -> None:
    circle = Association.objects.get(name="Partnerschaftskreis Samtgemeinde Wesendorf")
    assert circle.partnerships.count() == 2


def test_dry_run_writes_nothing() -> None:
    assert run(FILE, "--dry-run")["partnerships"]["created"] == 53
    assert not Partnership.objects.exists()
    assert not Municipality.objects.exists()


def test_changed_cell_updates_and_empty_cell_erases_nothing(tmp_path: Path) -> None:
    run(write(tmp_path, GOOD))
    changed = GOOD.replace("active", "dormant").replace("1960", "")
    assert run(write(tmp_path, changed))["partnerships"] == {"created": 0, "updated": 1, "unchanged": 0}
    record = Partnership.objects.get()
    assert (record.status, record.year_signed) == ("dormant", 1960)


def test_what_an_editor_added_survives_the_next_import(tmp_path: Path) -> None:
    run(write(tmp_path, GOOD))
    record = Partnership.objects.get()
    third = Municipality.objects.create(name="Dritter Ort", country="DE")
    PartnershipMember.objects.create(partnership=record, municipality=third, side="a", sort_order=2)
    assert run(write(tmp_path, GOOD))["partnerships"]["unchanged"] == 1
    assert record.members.count() == 3


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("Perpignan", "", "line 2, column town_b: is empty: name the place"),
        (",FR,", ",fr,", "line 2, column country_b: must be two capital letters"),
        ("03241001,m", "3241001,m", "line 2, column ags: must be the 8 digits of an AGS"),
        ("66136,1960", "6613,1960", "line 2, column insee: must be the 5 characters of an INSEE code"),
        ("1960,,", "nineteen,,", "line 2, column year_signed: must be a whole number, not “nineteen”"),
        ("1960,,", "1066,,", "line 2, column year_signed: must lie between 1800 and 2100, not 1066"),
        ("1960,,", "1960,1960-13,", "line 2, column date_signed_a: must be a date as 1984, 1984-03"),
        ("active", "alive", "line 2, column status: “alive” is none of active, dormant"),
        ("municipality", "village", "line 2, column level_a: “village” is none of municipality"),
        ("DE03241001-FR66136", "a b", "line 2, column id: must be letters, digits and hyphens"),
        (",partnership", ",partnership,more", "line 2, column (after the last): has more cells"),
        (",FR,", ",DE,", "line 2, column ags: both places are in DE"),
    ],
)
def test_fault_is_named_with_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, message: str
) -> None:
    assert GOOD.count(before) >= 1
    assert message in faults(write(tmp_path, GOOD.replace(before, after)), capsys)


def test_all_faults_are_named_and_good_rows_are_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = GOOD.replace("66136", "76540").replace("Perpignan", "Rouen")
    said = faults(write(tmp_path, GOOD, second.replace("active", "?"), GOOD), capsys)
    assert "line 3, column status" in said
    assert "line 4, column id: “DE03241001-FR66136” stands already in line 2" in said
    assert "2 faults in 3 rows" in said


def test_rows_that_disagree_about_a_place_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = GOOD.replace("66136", "76540").replace("Perpignan", "Rouen").replace("Hannover", "Hanover")
    said = faults(write(tmp_path, GOOD, second), capsys)
    assert "line 3, column town_a: “Hanover” differs from “Hannover” in line 2" in said


def test_rows_that_disagree_about_their_agreement_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = GOOD.replace("66136", "76540").replace("Perpignan", "Rouen").replace("1960", "1961")
    lines = [f"{GOOD},DE03241001-FR66136", f"{second},DE03241001-FR66136"]
    said = faults(write(tmp_path, *lines, header=f"{HEADER},agreement"), capsys)
    assert "line 3, column year_signed: “1961” differs from “1960” in line 2" in said


def test_column_agreement_makes_one_partnership_of_several_rows(tmp_path: Path) -> None:
    second = GOOD.replace("66136", "76540").replace("Perpignan", "Rouen")
    lines = [f"{GOOD},DE03241001-FR66136", f"{second},DE03241001-FR66136"]
    run(write(tmp_path, *lines, header=f"{HEADER},agreement"))
    assert names(by_id("DE03241001-FR76540")) == ["Hannover", "Perpignan", "Rouen"]


def test_id_of_a_deleted_partnership_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    run(path)
    Partnership.objects.get().delete()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_partnerships", str(path), stdout=out)
    assert "was the id of a partnership that was deleted" in out.getvalue()
    assert not Partnership.objects.exists()


def test_unknown_columns_are_named_and_ignored(tmp_path: Path) -> None:
    outcome = run(write(tmp_path, f"{GOOD},7", header=f"{HEADER},yaer"))
    assert outcome["ignored_columns"] == ["yaer"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"town_a,town_b\nA,B\n", "lacks these columns: country_a, country_b"),
        (b"", "lacks these columns"),
        (f"{HEADER},id\n".encode(), "stand twice in the header: id"),
    ],
)
def test_unreadable_file_has_an_exit_code_of_its_own(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "twins.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=message) as error:
        run(file)
    assert error.value.returncode == 3


def test_missing_file_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be opened"):
        run(tmp_path / "none.csv")


def test_pages_without_directory_write_nothing() -> None:
    with pytest.raises(CommandError, match="no live directory page") as error:
        run(FILE, "--pages")
    assert error.value.returncode == 4
    assert not Partnership.objects.exists()


def test_shipped_file_has_the_facts_of_the_reference_file() -> None:
    rows = read_rows(FILE).rows
    assert check_rows(rows) == []
    assert len({row.line for row in rows}) == 55

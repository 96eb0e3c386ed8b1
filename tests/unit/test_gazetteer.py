"""The list of all municipalities: its records, what editors keep, faults in words."""

from __future__ import annotations

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from partnerships.domain.gazetteer import SHIPPED
from partnerships.domain.importing import import_rows, read_rows
from partnerships.domain.reference import DATA
from partnerships.models import GazetteerEntry, Municipality, Partnership
from tests.factories.partnerships import municipality, partnership

HEADER = (
    "country,level,code_type,code,name,parent,successor,district,region,"
    "postcodes,lat,lon,population,population_source,note"
)
LAND = "DE,region,ags,03,Niedersachsen,,,,,,,,,,"
KREIS = "DE,district,ags,03153,Landkreis Goslar,03,,,Niedersachsen,,,,,,"
TOWN = "DE,municipality,ags,03153017,Goslar,03153,,LK Goslar,Niedersachsen,38640,51.9,10.4,50000,GeoNames,"
REGION = "FR,region,nuts,FRD,Normandie,,,,,,,,,,"
DEPARTMENT = "FR,district,insee,50,Manche,FRD,,,Normandie,,,,,,"
COMMUNE = (
    "FR,municipality,insee,50129,Cherbourg-en-Cotentin,50,,Manche,"
    "Normandie,50100 50110,49.6,-1.6,78000,INSEE/Etalab,"
)
FORMER = (
    "FR,district_of_city,insee,50129,Tourlaville,50129,"
    '50129,Manche,Normandie,,,,,,"Commune déléguée, INSEE 50602"'
)
GERMAN, FRENCH = (LAND, KREIS, TOWN), (REGION, DEPARTMENT, COMMUNE, FORMER)

pytestmark = pytest.mark.django_db


def write(folder: Path, *lines: str) -> Path:
    """A list of these lines."""
    file = folder / "places.csv"
    file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return file


def run(*arguments: str | Path) -> dict[str, Any]:
    """The command's outcome as JSON."""
    out = StringIO()
    call_command("import_municipalities", *map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


def said_of_faults(file: Path) -> str:
    """What the command prints about a list that it refuses."""
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("import_municipalities", str(file), stdout=out)
    assert stop.value.code == 1
    return out.getvalue()


def counts(created: int = 0, updated: int = 0, unchanged: int = 0, kept: int = 0) -> dict[str, int]:
    """One country's outcome."""
    return {"created": created, "updated": updated, "unchanged": unchanged, "kept": kept}


def test_every_territory_becomes_a_record_below_what_it_lies_in(tmp_path: Path) -> None:
    assert run(write(tmp_path, *GERMAN, *FRENCH))["countries"] == {"DE": counts(3), "FR": counts(4)}
    goslar = Municipality.objects.get(public_id="DE03153017")
    assert (goslar.name, goslar.official_code, goslar.code_type) == ("Goslar", "03153017", "ags")
    assert (goslar.parent.public_id, goslar.parent.parent.public_id) == ("DE03153", "DE03")
    assert (goslar.lat, goslar.lon, goslar.population) == (51.9, 10.4, 50000)
    assert "38640" in goslar.search_text
    manche = Municipality.objects.get(public_id="FR50")
    assert (manche.level, manche.parent.public_id) == ("district", "FRFRD")


def test_a_merged_commune_is_a_predecessor_of_what_it_merged_into(tmp_path: Path) -> None:
    run(write(tmp_path, *FRENCH))
    former = Municipality.objects.get(public_id="FR50129-tourlaville")
    assert former.successor.public_id == former.parent.public_id == "FR50129"
    assert former.label() == "Tourlaville (Cherbourg-en-Cotentin)"
    assert former.merged_note == "Commune déléguée, INSEE 50602"


def test_the_second_run_changes_nothing_and_says_so(tmp_path: Path) -> None:
    file = write(tmp_path, *GERMAN, *FRENCH)
    run(file)
    before = list(Municipality.objects.values().order_by("pk"))
    assert run(file)["countries"] == {"DE": counts(unchanged=3), "FR": counts(unchanged=4)}
    assert list(Municipality.objects.values().order_by("pk")) == before
    out = StringIO()
    call_command("import_municipalities", str(file), stdout=out)
    assert "Nothing to change." in out.getvalue()


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    said = run(write(tmp_path, *GERMAN), "--dry-run")
    assert (said["dry_run"], said["countries"]) == (True, {"DE": counts(3)})
    assert not Municipality.objects.exists()
    assert not GazetteerEntry.objects.exists()


def test_a_newer_list_replaces_what_the_list_wrote(tmp_path: Path) -> None:
    run(write(tmp_path, *GERMAN))
    newer = TOWN.replace("50000", "49000").replace("Goslar,03153,", "Goslar am Harz,03153,")
    assert run(write(tmp_path, LAND, KREIS, newer))["countries"]["DE"] == counts(updated=1, unchanged=2)
    goslar = Municipality.objects.get(public_id="DE03153017")
    assert (goslar.name, goslar.population) == ("Goslar am Harz", 49000)
    assert "goslar am harz" in goslar.search_text


def test_a_field_that_an_editor_changed_stays_and_the_others_follow(tmp_path: Path) -> None:
    run(write(tmp_path, *GERMAN))
    goslar = Municipality.objects.get(public_id="DE03153017")
    goslar.population, goslar.population_year, goslar.population_source = 50753, 2024, "Destatis"
    goslar.save()
    newer = TOWN.replace("50000", "49000").replace("38640", "38640 38642")
    assert run(write(tmp_path, LAND, KREIS, newer))["countries"]["DE"] == counts(0, 1, 2, kept=1)
    goslar.refresh_from_db()
    assert (goslar.population, goslar.population_year, goslar.population_source) == (50753, 2024, "Destatis")
    assert goslar.postcodes == "38640 38642"


def test_a_record_that_was_there_before_keeps_its_id_and_what_it_says(tmp_path: Path) -> None:
    own = municipality(
        "Goslar (Harz)", public_id="DE-goslar", official_code="03153017", lat=None, lon=None, district="Harz"
    )
    assert run(write(tmp_path, *GERMAN))["countries"]["DE"] == counts(2, 1, kept=1)
    own.refresh_from_db()
    assert (own.public_id, own.name, own.district) == ("DE-goslar", "Goslar (Harz)", "Harz")
    assert (own.lat, own.population, own.parent.public_id) == (51.9, 50000, "DE03153")


def test_partnerships_are_found_by_the_names_that_the_list_brings(tmp_path: Path) -> None:
    record = partnership(municipality("Cherbourg-en-Cotentin", "FR", official_code="50129"), municipality())
    assert "tourlaville" not in record.search_text
    run(write(tmp_path, *FRENCH))
    record.refresh_from_db()
    assert "tourlaville" in record.search_text
    assert "normandie" not in record.search_text
    assert "manche" in record.search_text


def test_a_country_with_a_fault_is_left_alone_and_the_other_is_written(tmp_path: Path) -> None:
    said = said_of_faults(write(tmp_path, *GERMAN, REGION, DEPARTMENT, COMMUNE.replace("49.6", "north")))
    assert "line 7, column lat: must be a number, not “north”" in said
    assert "DE: 3 created" in said
    assert not Municipality.objects.filter(country="FR").exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (TOWN.replace("03153017", "3153017"), "column code: must be the 8 digits of an AGS"),
        (
            TOWN.replace("Goslar,03153,", "Goslar,03999,"),
            "column parent: there is no “03999” above this line",
        ),
        (TOWN.replace(",municipality,", ",village,"), "column level: “village” is none of municipality"),
        (TOWN.replace(",Goslar,", ",,"), "column name: is empty"),
        (TOWN.replace("DE,mu", "IT,mu"), "column country: must be one of DE, FR, not “IT”"),
        (TOWN.replace(",51.9,", ",,"), "column lat: latitude and longitude belong together"),
        (TOWN.replace(",ags,", ",plz,"), "column code_type: “plz” is none of"),
        (TOWN + "\n" + TOWN, "column code: “DE03153017” stands already in line 4"),
        (FORMER.replace("50129,50129", ","), "column parent: is empty"),
    ],
)
def test_faults_are_named_by_line_and_column(tmp_path: Path, wrong: str, words: str) -> None:
    said = said_of_faults(write(tmp_path, LAND, KREIS, wrong))
    assert words in said
    assert "line 4" in said or "line 5" in said


def test_a_file_that_is_no_list_is_refused_in_words(tmp_path: Path) -> None:
    for content, words in (
        (b"a,b\n1,2\n", "lacks these columns: country, level"),
        (gzip.compress(HEADER.encode() * 50)[:-9], "damaged"),
        (b"country,level,code_type,code,name\n\xff\xfe,\n", "not UTF-8"),
    ):
        file = tmp_path / "list"
        file.write_bytes(content)
        with pytest.raises(CommandError, match=words) as refused:
            run(file)
        assert refused.value.returncode == 3
    with pytest.raises(CommandError, match="cannot be opened"):
        run(tmp_path / "absent.csv")


def test_the_shipped_list_is_whole_and_leaves_the_demo_records_their_ids() -> None:
    import_rows(read_rows(DATA / "partnerships_region.csv").rows, provenance="test")
    ids = dict(Municipality.objects.values_list("pk", "public_id"))
    listed = list(Partnership.objects.listed().order_by("pk").values_list("public_id", flat=True))
    first = run()
    assert first["problems"] == []
    assert first["countries"]["DE"]["created"] > 9_700
    whole = Municipality.objects.filter(level="municipality", gazetteer_entry__isnull=False)
    assert whole.filter(country="DE").count() == 9_814
    assert whole.filter(country="FR").count() == 34_969
    assert ids == dict(Municipality.objects.filter(pk__in=ids).values_list("pk", "public_id"))
    assert Municipality.objects.filter(public_id="FR50129-tourlaville").count() == 1
    assert listed == list(Partnership.objects.listed().order_by("pk").values_list("public_id", flat=True))
    second = run()
    assert {(count["created"], count["updated"]) for count in second["countries"].values()} == {(0, 0)}


def test_the_shipped_list_is_small() -> None:
    assert SHIPPED.stat().st_size < 2_000_000

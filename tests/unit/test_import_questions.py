"""Places that a row names without saying which are asked about, never guessed."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from partnerships.models import GazetteerEntry, Municipality, Partnership
from tests.factories.partnerships import municipality

HEADER = ["Ort", "country_a", "ags", "land", "town_fr", "insee", "match_confidence"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _listed() -> None:
    """Two German places of one name, and one French place."""
    places = [
        municipality("Neustadt", official_code="09573121", district="LK A"),
        municipality("Neustadt", official_code="07316000", district="B"),
        municipality("Nantes", "FR", official_code="44109", district="Loire-Atlantique"),
    ]
    GazetteerEntry.objects.bulk_create(GazetteerEntry(municipality=place) for place in places)


def run(folder: Path, row: list[str], *options: str) -> dict[str, Any]:
    """Import one row of a workbook; the outcome as JSON."""
    book = Workbook()
    for cells in (HEADER, row):
        book.active.append(cells)
    book.save(folder / "twins.xlsx")
    out = StringIO()
    try:
        arguments = [str(folder / "twins.xlsx"), "--column", "Ort=town_a", "--json", *options]
        call_command("import_partnerships", *arguments, stdout=out)
    except SystemExit as stop:
        code = stop.code
    else:
        code = 0
    said = json.loads(out.getvalue())
    assert code == (5 if said["questions"] else 0)
    return said  # type: ignore[no-any-return]


def test_a_homonym_is_left_out_with_its_candidates(tmp_path: Path) -> None:
    said = run(tmp_path, ["Neustadt", "DE", "", "", "Nantes", "44109", ""])
    (question,) = said["questions"]
    assert (question["line"], question["column"], question["key"]) == (2, "town_a", "2a")
    assert [place["code"] for place in question["candidates"]] == ["07316000", "09573121"]
    assert not Partnership.objects.exists()


def test_the_land_of_the_row_decides_where_one_place_alone_fits(tmp_path: Path) -> None:
    said = run(tmp_path, ["Neustadt", "DE", "", "BY", "Nantes", "", ""])
    assert said["questions"] == []
    assert Partnership.objects.get().public_id == "DE09573121-FR44109"


def test_an_answer_decides_and_a_doubtful_code_needs_one(tmp_path: Path) -> None:
    row = ["Neustadt", "DE", "09573121", "", "Nantes", "44109", "homonym_pop"]
    assert [question["key"] for question in run(tmp_path, row)["questions"]] == ["2a"]
    assert run(tmp_path, row, "--answer", "2a=07316000")["questions"] == []
    assert Partnership.objects.get().public_id == "DE07316000-FR44109"
    assert Municipality.objects.count() == 3


def test_without_the_list_a_code_that_the_row_calls_doubtful_is_asked_about(tmp_path: Path) -> None:
    GazetteerEntry.objects.all().delete()
    row = ["Neustadt", "DE", "09573121", "", "Nantes", "44109", "homonym_pop"]
    assert [question["key"] for question in run(tmp_path, row)["questions"]] == ["2a", "2b"]
    assert not Partnership.objects.exists()
    assert run(tmp_path, row, "--answer", "2a=yes", "--answer", "2b=yes")["questions"] == []
    assert Partnership.objects.get().public_id == "DE09573121-FR44109"


def test_places_of_which_two_rows_know_different_wikidata_ids_are_a_remark(tmp_path: Path) -> None:
    header = "town_de,ags,qid_de,town_fr,insee\n"
    file = tmp_path / "twins.csv"
    file.write_text(f"{header}Neustadt,09573121,Q1,Nantes,44109\nNeustadt,09573121,Q2,Rouen,76540\n")
    out = StringIO()
    call_command("import_partnerships", str(file), "--json", stdout=out)
    (remark,) = json.loads(out.getvalue())["remarks"]
    assert (remark["line"], remark["column"]) == (3, "qid_a")
    assert Municipality.objects.get(official_code="09573121").wikidata_qid == "Q1"
    assert Partnership.objects.count() == 2

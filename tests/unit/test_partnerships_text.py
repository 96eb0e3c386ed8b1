"""Names, ids, dates and distances: plain functions of the directory."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from partnerships.domain import partial_dates
from partnerships.domain.distance import haversine_km
from partnerships.domain.identifiers import municipality_id, partnership_id
from partnerships.domain.importing.sources import parse_sources
from partnerships.domain.names import TownName, parse_town
from partnerships.domain.reference import area_of, department_code
from partnerships.domain.text import fold, searchable, tokens


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Göttingen", "Goettingen"),
        ("Göttingen", "Göttingen"),
        ("Göttingen", "gottingen"),
        ("Göttingen", "GO\u0308TTINGEN"),
        ("Nîmes", "nimes"),
        ("Nîmes", "NÎMES"),
        ("Saint-Aubin-lès-Elbeuf", "st aubin les elbeuf"),
        ("Sainte-Mère-Église", "Ste Mere Eglise"),
        ("L'Aigle", "L\N{RIGHT SINGLE QUOTATION MARK}aigle"),
        ("Chouzé-sur-Loire", "sur loire"),
        ("Straßburg", "Strassburg"),
        ("Sacré-Cœur", "sacre coeur"),
    ],
)
def test_search_finds_every_spelling(name: str, query: str) -> None:
    assert all(token in searchable(name) for token in tokens(query))


def test_search_does_not_find_what_only_looks_alike() -> None:
    assert "roan" not in searchable("Rouen")
    assert fold("Rouen") == "rouen"


@pytest.mark.parametrize(
    ("text", "country", "level", "code", "expected"),
    [
        ("Hannover", "DE", "municipality", "03241001", TownName("Hannover")),
        (
            "Hannover (Ahlem-Badenstedt-Davenstedt)",
            "DE",
            "district_of_city",
            "03241001",
            TownName("Hannover", part="Ahlem-Badenstedt-Davenstedt"),
        ),
        ("Walsrode (Bomlitz)", "DE", "district_of_city", "03358024", TownName("Walsrode", part="Bomlitz")),
        ("Wennigsen (Deister)", "DE", "municipality", "03241020", TownName("Wennigsen (Deister)")),
        ("Le Val d'Hazey (Aubevoye)", "FR", "", "27022", TownName("Le Val d'Hazey", part="Aubevoye")),
        (
            "Cherbourg-en-Cotentin (Tourlaville)",
            "FR",
            "",
            "50129",
            TownName("Cherbourg-en-Cotentin", part="Tourlaville"),
        ),
        (
            "Pays de Loiron (former canton)",
            "FR",
            "",
            "",
            TownName("Pays de Loiron", qualifier="former canton"),
        ),
        ("Domfront en Poiraie", "FR", "", "61145", TownName("Domfront en Poiraie")),
    ],
)
def test_town_names_are_taken_apart(
    text: str, country: str, level: str, code: str, expected: TownName
) -> None:
    assert parse_town(text, country=country, level=level, code=code) == expected


def test_ids_of_places_follow_the_documented_rule() -> None:
    assert municipality_id("DE", "03241001", "Hannover", is_part=False) == "DE03241001"
    assert municipality_id("DE", "03358024", "Bomlitz", is_part=True) == "DE03358024-bomlitz"
    assert municipality_id("DE", "", "Samtgemeinde Süd", is_part=False) == "DE-samtgemeinde-sued"


def test_id_of_partnership_is_never_one_that_was_given_before() -> None:
    given = {"DE1-FR2", "DE1-FR2-2"}
    assert partnership_id(["DE1", "FR2"], given.__contains__) == "DE1-FR2-3"
    assert partnership_id(["DE1", "FR3", "FR4"], given.__contains__) == "DE1-FR3"


@pytest.mark.parametrize(
    ("text", "value", "precision", "german", "french"),
    [
        ("1966-07-11", date(1966, 7, 11), "day", "11. Juli 1966", "11 juillet 1966"),
        ("1984-03", date(1984, 3, 1), "month", "März 1984", "mars 1984"),
        ("1995", date(1995, 1, 1), "year", "1995", "1995"),
    ],
)
def test_partial_dates_show_only_what_is_known(
    text: str, value: date, precision: str, german: str, french: str
) -> None:
    parsed = partial_dates.parse(text)
    assert (parsed.value, parsed.precision) == (value, precision)
    assert partial_dates.iso(value, precision) == text
    with override("de"):
        assert partial_dates.display(value, precision) == german
    with override("fr"):
        assert partial_dates.display(value, precision) == french


@pytest.mark.parametrize("text", ["", "84", "1984-3", "1984-13", "1984-02-30", "March 1984", "1984-03-11 "])
def test_malformed_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        partial_dates.parse(text)


def test_haversine_of_hannover_and_perpignan() -> None:
    assert round(haversine_km((52.37052, 9.73322), (42.69764, 2.89541))) == 1191


def test_sources_are_addresses_descriptions_or_both() -> None:
    cell = "https://hannover.de (Internationale Beziehungen);https://example.org/a,b.html; Book, 2026 "
    assert parse_sources(cell) == [
        ("https://hannover.de", "Internationale Beziehungen"),
        ("https://example.org/a,b.html", ""),
        ("", "Book, 2026"),
    ]


def test_areas_come_from_the_codes() -> None:
    assert area_of("FR", "76540").district == "Seine-Maritime"
    assert area_of("FR", "76540").region == "Normandie"
    assert area_of("FR", "97105").district == "Guadeloupe"
    assert area_of("DE", "03241001").region == "Niedersachsen"
    assert area_of("DE", "").region == ""
    assert [department_code(code) for code in ("76540", "2A004", "97105")] == ["76", "2A", "971"]

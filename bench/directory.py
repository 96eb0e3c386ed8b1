"""How fast the directory answers at 45,000 municipalities and 25,000 partnerships, for each database."""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.test")

PARTS = ("filter_form", "map", "list")
PARTNERSHIPS, ROUNDS = 25_000, 300
SHARED = Path(os.environ.get("ANTENNE_SHARED") or Path(__file__).resolve().parents[2] / "shared")
LARGE = SHARED / "data/partnerships_defr_large.csv"


def fill(dice: random.Random) -> None:
    """Made-up partnerships between real places; half of them of Germany, half of France."""
    from partnerships.domain.search import refresh_partnerships
    from partnerships.models import Level, Municipality, Partnership, PartnershipMember, Topic

    records = [
        Partnership(
            public_id=f"P{number}",
            kind=dice.choice(["partnership"] * 8 + ["friendship", "contact"]),
            status=dice.choice(["active"] * 5 + ["dormant", "unknown", "ended"]),
            year_signed=dice.choice([None, *range(1950, 2026)]),
        )
        for number in range(PARTNERSHIPS)
    ]
    Partnership.objects.bulk_create(records, batch_size=1000)
    towns = Municipality.objects.filter(level=Level.MUNICIPALITY, successor=None).order_by("pk")
    german, french = (list(towns.filter(country=country)) for country in ("DE", "FR"))
    members = []
    for record in records:
        pair = dice.choice(german), dice.choice(french)
        members += [
            PartnershipMember(partnership=record, municipality=place, side="ab"[side], sort_order=side)
            for side, place in enumerate(pair)
        ]
    PartnershipMember.objects.bulk_create(members, batch_size=1000)
    topics = list(Topic.objects.all())
    through = Partnership.topics.through
    through._default_manager.bulk_create(
        through(partnership=record, topic=topic) for record in records for topic in dice.sample(topics, 2)
    )
    refresh_partnerships(Partnership.objects.all())


def questions(dice: random.Random) -> list[str]:
    """What visitors ask, as the query of an address; the places are those that there are."""
    from partnerships.models import Municipality

    places = list(
        Municipality.objects.exclude(lat=None).values_list("public_id", "name", "country", "region")
    )
    areas = list(Municipality.objects.exclude(district="").values_list("country", "district").distinct())

    def one() -> tuple[str, str, str, str]:
        return dice.choice(places)

    kinds: list[Callable[[], dict[str, Any]]] = [
        dict,
        lambda: {"q": one()[1][: dice.randrange(3, 9)]},
        lambda: {"q": one()[1][:3], "country": "FR"},
        lambda: {"area": ":".join(dice.choice(areas))},
        lambda: {"region": ":".join(one()[2:]), "status": "active"},
        lambda: {"topic": dice.choice(["youth", "school", "sport"]), "decade": 10 * dice.randrange(195, 200)},
        lambda: {"signed_from": dice.randrange(1950, 1990), "signed_to": 2000, "kind": "friendship"},
        lambda: {"population_from": dice.randrange(5000), "population_to": 20000},
        lambda: {"near": one()[0], "km": dice.choice([25, 50, 100]), "sort": "nearest"},
        lambda: {"near": one()[1], "km": 50},
        lambda: {"sort": "newest", "page": dice.randrange(1, 900)},
    ]
    return [urlencode(dice.choice(kinds)()) for _round in range(ROUNDS)]


def resident_mb() -> float:
    """What the process holds now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def p95(seconds: list[float]) -> float:
    """In milliseconds."""
    return round(statistics.quantiles(seconds, n=20)[-1] * 1000, 1)


def timed(ask: Callable[[str], Any], queries: list[str]) -> list[float]:
    """Seconds of each; what is the same in every process (templates, outlines) is warm."""
    ask("q=xyz")
    found = []
    for query in queries:
        before = time.perf_counter()
        ask(query)
        found.append(time.perf_counter() - before)
    return found


def measure_import() -> float | None:
    """Seconds for the 921 rows, checked and written; None where the file is not there."""
    from partnerships.domain.importing import check_rows, import_rows, read_rows, settle

    if not LARGE.exists():
        print(f"NOT MEASURED: the 921 twinnings are not there ({LARGE})")
        return None
    before = time.perf_counter()
    rows, questions = settle(read_rows(LARGE).rows, {})
    assert not check_rows(rows)
    import_rows(rows, provenance="bench")
    print(f"  {len(rows)} rows, {len({question.line for question in questions})} homonyms asked about")
    return round(time.perf_counter() - before, 1)


def measure_municipalities() -> float:
    """Seconds for all municipalities of both countries."""
    from partnerships.domain.gazetteer import SHIPPED, import_gazetteer

    before = time.perf_counter()
    report = import_gazetteer(SHIPPED)
    assert not report.problems
    print(f"  {sum(count.created for count in report.countries.values())} municipalities")
    return round(time.perf_counter() - before, 1)


def measure() -> dict[str, Any]:
    """All figures for the database that the settings name.

    ``search`` is a request to the API with facets; ``map`` what the directory's page adds to any page
    of the site (search, form with facets, map, list); ``page`` the whole of it, as a visitor gets it.
    """
    from django.db import connection
    from django.http import QueryDict
    from django.template.loader import render_to_string
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils.translation import override

    from partnerships.domain.index.current import current
    from partnerships.domain.listing import directory_context
    from tests.factories.pages import build_site_tree
    from tests.factories.partnerships import directory

    dice = random.Random(1)
    page = directory(build_site_tree())["de"]
    figures: dict[str, Any] = {
        "import_municipalities_s": measure_municipalities(),
        "import_921_s": measure_import(),
    }
    fill(dice)
    gc.collect()
    rss = resident_mb()
    before = time.perf_counter()
    current()
    figures["index_s"] = round(time.perf_counter() - before, 2)
    gc.collect()
    figures["index_mb"] = round(resident_mb() - rss)
    client = Client()
    sizes: list[int] = []

    def page_of(query: str) -> None:
        reply = client.get(f"{page.url}?{query}")
        assert reply.status_code == 200
        sizes.append(len(reply.content))

    def api_of(query: str) -> None:
        shown = query.split("page=")[0]
        reply = client.get(f"/api/delivery/v1/partnerships?facets=1&{shown}")
        assert reply.status_code == 200, reply.content

    def parts_of(query: str) -> None:
        with override("de"):
            context = {"page": page, **directory_context(page, QueryDict(query))}
            for part in PARTS:
                render_to_string(f"partnerships/includes/{part}.html", context)

    asked = questions(dice)
    figures["search_p95_ms"] = p95(timed(api_of, asked))
    figures["map_p95_ms"] = p95(timed(parts_of, asked))
    figures["page_p95_ms"] = p95(timed(page_of, asked))
    figures["html_kb_max"] = round(max(sizes) / 1000, 1)
    with CaptureQueriesContext(connection) as captured:
        page_of("q=a")
    figures["page_queries"] = len(captured)
    return figures


def run(url: str) -> dict[str, Any]:
    """Set up a database of our own, measure and drop it."""
    os.environ["DATABASE_URL"] = url
    import django
    from django.conf import settings
    from django.test.utils import get_runner

    django.setup()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    held = runner.setup_databases()
    try:
        return measure()
    finally:
        runner.teardown_databases(held)


def main() -> None:
    """The database that DATABASE_URL names, else SQLite."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{tempfile.mkdtemp()}/bench.sqlite3"
    figures = run(url)
    database = "postgresql" if url.startswith("postgres") else "sqlite"
    for label, value in figures.items():
        print(f"{label:18} {value}")
    print(json.dumps({database: figures}))


if __name__ == "__main__":
    main()

"""How fast the directory answers at 35,000 municipalities and 25,000 partnerships, for each database."""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.test")

MUNICIPALITIES, PARTNERSHIPS, ROUNDS = 35_000, 25_000, 200
SHARED = Path(os.environ.get("ANTENNE_SHARED") or Path(__file__).resolve().parents[2] / "shared")
LARGE = SHARED / "data/partnerships_defr_large.csv"
LETTERS = "aeiou", "bdfglmnrst"


def name(dice: random.Random) -> str:
    """Something that could be a town."""
    return "".join(dice.choice(LETTERS[index % 2]) for index in range(dice.randrange(4, 10))).title()


def fill(dice: random.Random) -> None:
    """Made-up records in the proportions of the real ones; half of Germany, half of France."""
    from partnerships.domain.search import refresh_partnerships
    from partnerships.models import Municipality, Partnership, PartnershipMember, Topic

    places = [_place(dice, number) for number in range(MUNICIPALITIES)]
    Municipality.objects.bulk_create(places, batch_size=1000)
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
    german, french = places[::2], places[1::2]
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


def _place(dice: random.Random, number: int) -> Any:
    from partnerships.models import Municipality

    is_german = number % 2 == 0
    place = Municipality(
        public_id=f"M{number}",
        country="DE" if is_german else "FR",
        code_type="ags" if is_german else "insee",
        official_code=f"X{number:07}" if is_german else f"X{number}",
        name=name(dice),
        district=f"Kreis {dice.randrange(294)}" if is_german else f"Département {dice.randrange(101)}",
        region=f"Land {dice.randrange(16)}" if is_german else f"Région {dice.randrange(18)}",
        lat=dice.uniform(47.5, 54.5) if is_german else dice.uniform(42.5, 50.5),
        lon=dice.uniform(6, 14.5) if is_german else dice.uniform(-4, 7.5),
        population=int(10 ** dice.uniform(2, 5.5)),
    )
    place.search_text = place.make_search_text()
    return place


def questions(dice: random.Random) -> list[str]:
    """What visitors ask, as the query of an address."""
    kinds: list[Callable[[], str]] = [
        lambda: "",
        lambda: f"q={name(dice)[:4]}",
        lambda: f"q={name(dice)[:3]}&country=FR",
        lambda: f"area=DE:Kreis {dice.randrange(294)}",
        lambda: f"region=FR:Région {dice.randrange(18)}&status=active",
        lambda: f"topic={dice.choice(['youth', 'school', 'sport'])}&decade=19{dice.randrange(5, 10)}0",
        lambda: f"signed_from={dice.randrange(1950, 1990)}&signed_to=2000&kind=friendship",
        lambda: f"population_from={dice.randrange(5000)}&population_to=20000",
        lambda: f"near=M{dice.randrange(MUNICIPALITIES)}&km={dice.choice([25, 50, 100])}&sort=nearest",
        lambda: f"sort=newest&page={dice.randrange(1, 900)}",
    ]
    return [dice.choice(kinds)() for _round in range(ROUNDS)]


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
    from partnerships.domain.importing import check_rows, import_rows, read_rows

    if not LARGE.exists():
        print(f"NOT MEASURED: the 921 twinnings are not there ({LARGE})")
        return None
    before = time.perf_counter()
    table = read_rows(LARGE)
    assert not check_rows(table.rows)
    import_rows(table.rows, provenance="bench")
    print(f"  {len(table.rows)} rows, {len(table.homonyms)} homonyms reported")
    return round(time.perf_counter() - before, 1)


def measure() -> dict[str, Any]:
    """All figures for the database that the settings name."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from partnerships.domain.index.current import current
    from tests.factories.pages import build_site_tree
    from tests.factories.partnerships import directory

    dice = random.Random(1)
    page = directory(build_site_tree())["de"]
    figures: dict[str, Any] = {"import_921_s": measure_import()}
    fill(dice)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    before = time.perf_counter()
    current()
    figures["index_s"] = round(time.perf_counter() - before, 2)
    figures["index_mb"] = round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - rss) / 1024)
    client = Client()
    sizes: list[int] = []

    def page_of(query: str) -> None:
        reply = client.get(f"{page.url}?{query}")
        assert reply.status_code == 200
        sizes.append(len(reply.content))

    def api_of(query: str) -> None:
        shown = query.split("&page=")[0]
        reply = client.get(f"/api/delivery/v1/partnerships?facets=1&{shown}")
        assert reply.status_code == 200, reply.content

    asked = questions(dice)
    figures["search_p95_ms"] = p95(timed(api_of, asked))
    figures["map_p95_ms"] = p95(timed(page_of, asked))
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
    from django.test.utils import get_runner, setup_test_environment

    django.setup()
    setup_test_environment()
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

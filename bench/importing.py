"""How long taking over a list takes: ``import_subscribers`` as it is called by hand, on both databases.

Prints a line for each, and ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.cluster import Cluster

ROWS = 100_000
OPTIONS = ("--consent-source", "Measured list", "--json")
# Half of the people are with a few large providers, the others with one of many small domains.
PROVIDERS = ("gmail.com", "gmx.de", "web.de", "orange.fr", "free.fr", "t-online.de", "laposte.net")
SMALL_DOMAINS = 20_000


def people(number: int) -> Iterator[list[str]]:
    """Rows as another system exports them; the same ones every time."""
    chance = random.Random(1)
    yield ["email", "language", "topics", "frequency", "confirmed_at", "source"]
    for n in range(number):
        small = f"verein-{chance.randrange(SMALL_DOMAINS)}.de"
        domain = chance.choice(PROVIDERS) if n % 2 else small
        topics = chance.choice(("congress", "barcamp", "congress;barcamp"))
        confirmed = f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} 10:11:12.123456 +0000 UTC"
        frequency = chance.choice(("at_once", "weekly", "monthly"))
        yield [
            f"Vorname.Nachname{n}@{domain}",
            chance.choice(["de", "fr"]),
            topics,
            frequency,
            confirmed,
            "Form",
        ]


def measured(file: Path, url: str, directory: Path) -> dict[str, float]:
    """Seconds of the command into an empty database: by the clock, and of its own processor time."""
    known = os.environ | {
        "ANTENNE_VAR": str(directory),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "cms.settings.test",
        "ANTENNE_DOORBELL": "0",
    }
    _manage(known, "migrate", "--verbosity", "0")
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    said = _manage(known, "import_subscribers", str(file), *OPTIONS)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    report = json.loads(said)
    if not report["written"]:
        sys.exit(f"Nothing was written: {said[:500]}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"created": report["outcomes"]["created"], "seconds": seconds, "processor_seconds": processor}


def _manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    """Measure SQLite, then PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    number = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="antenne-bench-") as name, Cluster(Path(name)) as cluster:
        file = Path(name) / "people.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(people(number))
        figures = {}
        for database, url in (("sqlite", f"sqlite:///{name}/db.sqlite3"), ("postgresql", cluster.url)):
            figures[database] = measured(file, url, Path(name))
            print(database, *(f"{key} {value:.1f}" for key, value in figures[database].items()))
        print(json.dumps({"rows": number, **figures}))


if __name__ == "__main__":
    main()

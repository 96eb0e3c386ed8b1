"""What announcing costs a publish: Wagtail's own publish with and without our receivers, in turns.

``make bench-publish`` prints a table and one line of JSON: milliseconds are medians of one publish
(a new revision made live, on the database that DATABASE_URL names, SQLite by default).
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 60
WARM_UP = 5
PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Set up a database of our own, measure, print."""
    with tempfile.TemporaryDirectory(prefix="antenne-bench-") as directory:
        os.environ["ANTENNE_VAR"] = directory
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.test")
        sys.path.insert(0, str(PROJECT))
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        report(*measure())


def measure() -> tuple[list[float], list[float]]:
    """Milliseconds of each first publication (without, with) our receivers, taken in turns."""
    from django.db.models.signals import post_save
    from wagtail.models import Page

    from cms.models import CongressPage, HomePage
    from tasks import receivers
    from tasks.newsletter.models import Subscriber

    home = Page.objects.get(depth=1).add_child(instance=HomePage(title="Bench", slug="bench"))
    Subscriber.objects.bulk_create(Subscriber.of(f"{n}@example.org", language="de") for n in range(1000))
    label = f"antenne.saved.{CongressPage._meta.label}"

    def publish(number: int) -> float:
        page = Page.objects.get(pk=home.pk).add_child(
            instance=CongressPage(title=f"Page {number}", slug=f"page-{number}", lead="Lead", live=False)
        )
        revision = page.save_revision()
        began = time.perf_counter()
        revision.publish()
        return 1000 * (time.perf_counter() - began)

    without: list[float] = []
    with_ours: list[float] = []
    for number in range(ROUNDS + WARM_UP):
        post_save.disconnect(sender=CongressPage, dispatch_uid=label)
        without.append(publish(2 * number))
        receivers.connect()
        with_ours.append(publish(2 * number + 1))
    return without[WARM_UP:], with_ours[WARM_UP:]


def report(without: list[float], with_ours: list[float]) -> None:
    """A table for people and a line for programs."""
    from django.db import connection

    median: Callable[[list[float]], float] = statistics.median
    added = median(with_ours) - median(without)
    print(f"First publication of a page on {connection.vendor}, median of {ROUNDS}, in turns")
    print(f"  Wagtail alone        {median(without):7.1f} ms")
    print(f"  with announcing      {median(with_ours):7.1f} ms")
    print(f"  announcing adds      {added:7.1f} ms   (limit 10 ms)")
    figures = {"wagtail_ms": median(without), "with_announcing_ms": median(with_ours), "added_ms": added}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


if __name__ == "__main__":
    main()

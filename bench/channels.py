"""What all channels together cost a worker: time to import them and memory they take.

``make bench-channels`` starts fresh processes in turns: one that has set up Django, Wagtail and Celery
and nothing else ("bare"), one that has loaded the tasks and every channel as well, and has laid out a
post with each. It prints a table and one line of JSON: megabytes are resident memory, seconds are
medians. Packages that vendors offer for their own services must not be among what is loaded.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 5
PROJECT = Path(__file__).resolve().parent.parent
VENDOR_SDKS = (
    *("atproto", "facebook", "facebook_business", "instagram", "linkedin_api", "mastodon", "telegram"),
    *("telebot", "threads", "tweepy", "apprise"),
)
WORKER = """
import json, os, sys, time
import django
django.setup()
from tasks.celery import app
app.finalize()
def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
bare, began = resident(), time.perf_counter()
loaded = []
if sys.argv[1] == "channels":
    import tasks.tasks
    from cms.plugins import registry
    from cms.announceable import AnnouncementContent
    from tasks.social.channel import Draft, Limits
    content = AnnouncementContent("Title", "Lead " * 200, "https://x.example/", "de", "congress", "Congress")
    for slug, channel in registry().channels().items():
        channel().render(Draft(content), Limits(max_length=300))
        loaded.append(slug)
print(json.dumps({
    "rss": resident(), "bare": bare, "seconds": time.perf_counter() - began, "channels": loaded,
    "modules": sorted({name.partition(".")[0] for name in sys.modules}),
}))
"""


def started(kind: str, directory: str) -> dict[str, object]:
    """What one fresh process says of itself."""
    environment = {
        **os.environ,
        "ANTENNE_VAR": directory,
        "DJANGO_SETTINGS_MODULE": "cms.settings.test",
        "PYTHONPATH": str(PROJECT),
    }
    done = subprocess.run(  # our own interpreter and program
        [sys.executable, "-c", WORKER, kind], check=True, capture_output=True, text=True, env=environment
    )
    said: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return said


def median(runs: list[dict[str, object]], name: str) -> float:
    """Of one figure in all runs."""
    return statistics.median(float(str(run[name])) for run in runs)


def main() -> None:
    """Measure in turns and print."""
    bare, full = [], []
    with tempfile.TemporaryDirectory(prefix="antenne-bench-") as directory:
        for _round in range(ROUNDS):
            bare.append(started("bare", directory))
            full.append(started("channels", directory))
    channels, modules = full[0]["channels"], full[0]["modules"]
    assert isinstance(channels, list)
    assert isinstance(modules, list)
    figures = {
        "channels": len(channels),
        "bare_mb": round(median(bare, "rss"), 1),
        "worker_mb": round(median(full, "rss"), 1),
        "rss_above_bare_mb": round(median(full, "rss") - median(bare, "rss"), 1),
        "import_s": round(median(full, "seconds"), 3),
        "vendor_sdks": sorted(set(modules) & set(VENDOR_SDKS)),
    }
    print(f"{len(channels)} channels: {', '.join(channels)}")
    for name, value in figures.items():
        print(f"  {name:<20} {value}")
    print(json.dumps(figures))
    if figures["vendor_sdks"]:
        sys.exit("A vendor's package is loaded in production.")


if __name__ == "__main__":
    main()

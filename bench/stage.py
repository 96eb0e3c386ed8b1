"""What every measurement needs: a cluster, a broker, a migrated database, a site and a directory."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cluster import Cluster


@dataclass
class Stage:
    """The running servers and the demo site."""

    directory: Path
    cluster: Cluster
    broker: Any
    site: Any


@contextmanager
def stage() -> Iterator[Stage]:
    """Set everything up, and take it away again, also after SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended by SIGTERM."))
    with tempfile.TemporaryDirectory(prefix="antenne-bench-") as name, Cluster(Path(name)) as cluster:
        os.environ |= {
            "ANTENNE_VAR": name,
            "DATABASE_URL": cluster.url,
            "DJANGO_SETTINGS_MODULE": "cms.settings.test",
            "ANTENNE_DOORBELL": "0",
            "EMAIL_TIMEOUT": "15",
        }
        import django

        django.setup()
        from django.core.management import call_command

        from tests.doubles.processes import Broker
        from tests.factories.pages import build_site_tree

        say("migrating")
        call_command("migrate", verbosity=0)
        broker = Broker()
        try:
            yield Stage(Path(name), cluster, broker, build_site_tree())
        finally:
            broker.close()


def say(what: str) -> None:
    """Progress, on stderr: what a program wants to read is on stdout."""
    print(f"  … {what}", file=sys.stderr, flush=True)

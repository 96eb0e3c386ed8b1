"""One sending process, as a worker runs it: says "ready", waits for a line, sends, prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def main(seconds: float) -> None:
    """Send until nothing is due or the time is up."""
    import django

    django.setup()
    from django.db import connection
    from django.urls import get_resolver

    from tasks.celeryconfig import TASK_SECONDS
    from tasks.newsletter.send import send_mails

    # A worker that has been at work for a while has these ready.
    connection.ensure_connection()
    get_resolver()._populate()
    print("ready", flush=True)
    sys.stdin.readline()
    before, began = cpu_seconds(), time.monotonic()
    until = began + seconds
    while send_mails(min(TASK_SECONDS, until - time.monotonic())) and time.monotonic() < until:
        pass
    figures = {
        "wall": time.monotonic() - began,
        "cpu": cpu_seconds() - before,
        "peak_mb": peak_mb(),
    }
    print(json.dumps(figures), flush=True)


def cpu_seconds() -> float:
    """Of this process with all its threads, so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """The most memory that this program had, by Linux' own count.

    Not ``ru_maxrss``: that still holds what the process which started us had.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(float(sys.argv[1]))

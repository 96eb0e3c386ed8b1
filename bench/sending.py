"""Starting sending processes and reading what they measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """One sending by one or more processes at once."""

    messages: int
    seconds: float
    cpu: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.messages / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Messages per second of the senders' processor time."""
        return self.messages / self.cpu


class Sender:
    """A sending process that is ready and waits for ``go``."""

    def __init__(self, port: int, seconds: float, **env: str) -> None:
        environment = {**os.environ, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port), **env}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.sender", str(seconds)],
            cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        if self.process.stdout.readline() != "ready\n":
            sys.exit("The sender did not start.")

    def go(self) -> None:
        """Send now."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def figures(self) -> dict[str, float]:
        """What it measured, once it has ended by itself."""
        output, _ = self.process.communicate()
        if self.process.returncode:
            sys.exit(f"The sender ended with {self.process.returncode}.")
        return dict(json.loads(output))

    def stop(self) -> None:
        """End it now."""
        self.process.kill()
        self.process.communicate()


def send(port: int, processes: int = 1, seconds: float = 900, **env: str) -> Run:
    """Send what is due with ``processes`` at once, until nothing is due or the time is up."""
    before = sent()
    senders = [Sender(port, seconds, **env) for _ in range(processes)]
    began = time.monotonic()
    for sender in senders:
        sender.go()
    figures = [sender.figures() for sender in senders]
    took = time.monotonic() - began
    cpu = sum(figure["cpu"] for figure in figures)
    return Run(sent() - before, took, cpu, max(figure["peak_mb"] for figure in figures))


def sent() -> int:
    """Rows that the ledger calls sent."""
    return by_state().get("sent", 0)


def by_state() -> dict[str, int]:
    """How many deliveries stand where."""
    from django.db.models import Count

    from tasks.newsletter.models import Delivery

    rows: Any = Delivery.objects.order_by().values_list("state").annotate(Count("pk"))
    return dict(rows)

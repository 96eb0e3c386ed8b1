"""The soak itself: what is broken when, and the books afterwards. Also run, smaller, as a test."""

from __future__ import annotations

import io
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import Error, connection

from bench.stage import say
from tasks.ledger.models import OPEN_STATES, State
from tasks.newsletter.models import Delivery
from tests.doubles.processes import Beat, Broker, Worker
from tests.doubles.sink import BulkSink

PROCESSES = 2
PATIENCE = 900.0
"""Seconds without any progress after which the soak gives up."""
REFUSED = 0.01
"""Share of attempts that a large soak's relay refuses for now, as long as things are broken: more of it
would make some wait for a third attempt, which takes half an hour to come."""


@dataclass(frozen=True)
class Event:
    """Something breaks once so many mails have been accepted."""

    at: int
    what: str


def plan(kills: int, recipients: int, chance: random.Random, *, crashes: bool) -> list[Event]:
    """``kills`` of the worker and beat at random points of the sending, and the rest in between.

    Points of progress and not of time: every kill then hits a worker that is at work.
    """
    kinds = ["worker" if chance.random() < 0.8 else "beat" for _ in range(kills)]
    kinds += ["flushall"] * max(1, kills // 10) + ["crash"] * (max(1, kills // 20) if crashes else 0)
    chance.shuffle(kinds)
    points = sorted(chance.randrange(recipients // 100, recipients * 9 // 10) for _ in kinds)
    return [Event(at, what) for at, what in zip(points, kinds, strict=True)]


@dataclass
class Report:
    """What came of it."""

    recipients: int
    connections: int
    seconds: float
    events: dict[str, int]
    sent: int = 0
    duplicates: int = 0
    lost: int = 0
    unknown: int = 0
    unknown_accepted: int = 0
    refused: int = 0
    checks: int = 0
    broken_checks: list[Any] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How often kill -9 was used."""
        return self.events.get("worker", 0) + self.events.get("beat", 0)

    @property
    def unknown_limit(self) -> int:
        """Each cut connection may leave one mail in doubt; beat has none."""
        return (self.events.get("worker", 0) + self.events.get("crash", 0)) * self.connections

    @property
    def holds(self) -> bool:
        """Whether all that was promised was kept."""
        wrong = self.duplicates or self.lost or self.broken_checks
        return not wrong and self.unknown <= self.unknown_limit

    def figures(self) -> dict[str, Any]:
        """For programs."""
        own = {"kills": self.kills, "unknown_limit": self.unknown_limit, "holds": self.holds}
        return {**own, **asdict(self), "seconds": round(self.seconds, 1)}

    def table(self) -> str:
        """For people."""
        return "\n".join(f"  {name:18} {value}" for name, value in self.figures().items())


class Ordeal:
    """A worker and a beat that are killed and started again until every mail has come to an end."""

    def __init__(
        self,
        env: dict[str, str],
        sink: BulkSink,
        broker: Broker,
        directory: Path,
        crash: Callable[[], None] | None = None,
        refuse_share: float = 0.0,
    ) -> None:
        self._env, self._sink, self._broker, self._directory = env, sink, broker, directory
        self._crash = crash
        self._refuse_share = refuse_share
        self._starts = 0
        self._checks = 0
        self._broken: list[Any] = []

    def run(self, events: list[Event]) -> Report:
        """Send under ``events``; the report, with the books compared address by address."""
        began = time.monotonic()
        done: Counter[str] = Counter()
        self._sink.behave(refuse_share=self._refuse_share)
        self._worker, self._beat = self._new_worker(), self._new_beat()
        try:
            for number, event in enumerate(events, 1):
                if not self._reached(event.at):
                    break
                self._break(event.what)
                done[event.what] += 1
                say(f"{number}/{len(events)} {event.what} after {self._sink.counts().accepted} mails")
                if number % 10 == 0:
                    self._check()
            self._sink.behave()
            self._wait_for_the_end()
        finally:
            self._worker.kill()
            self._beat.kill()
        self._check()
        return self._compare(time.monotonic() - began, dict(done))

    def _break(self, what: str) -> None:
        if what == "worker":
            self._worker.kill()
            self._worker = self._new_worker()
        elif what == "beat":
            self._beat.kill()
            self._beat = self._new_beat()
        elif what == "flushall":
            self._broker.client.flushall()
        elif self._crash:
            self._crash()

    def _new_worker(self) -> Worker:
        self._starts += 1
        return Worker(self._env, self._directory / f"worker{self._starts}.log", beat=False)

    def _new_beat(self) -> Beat:
        self._starts += 1
        return Beat(self._env, self._directory / f"beat{self._starts}.log")

    def _reached(self, count: int) -> bool:
        """Wait until ``count`` mails were accepted; False where there is nothing left to send."""
        accepted, moved = -1, time.monotonic()
        while (now := self._sink.counts().accepted) < count:
            if now != accepted:
                accepted, moved = now, time.monotonic()
            elif time.monotonic() - moved > 10 and not open_mails():
                return False
            self._give_up_after(moved)
            time.sleep(0.005)
        return True

    def _wait_for_the_end(self) -> None:
        left, moved = -1, time.monotonic()
        while now := open_mails():
            if now != left:
                left, moved = now, time.monotonic()
                say(f"{left} left")
            self._give_up_after(moved)
            time.sleep(1)

    def _give_up_after(self, moved: float) -> None:
        assert time.monotonic() - moved < PATIENCE, f"Nothing moved for {PATIENCE:.0f} s: {self._directory}"

    def _check(self) -> None:
        """``manage.py outbox check``: the conservation law."""
        output = io.StringIO()
        try:
            call_command("outbox", "check", "--json", stdout=output)
        except Error:
            # PostgreSQL was crashed a moment ago: the connection is of no use, and so is this check.
            connection.close()
            return
        except SystemExit:
            self._broken += json.loads(output.getvalue())["wrong"]
        self._checks += 1

    def _compare(self, seconds: float, events: dict[str, int]) -> Report:
        accepted = self._sink.by_address()
        states = dict(Delivery.objects.values_list("address", "state"))
        counts = self._sink.counts()
        report = Report(len(states), counts.most_connections, seconds, events, counts.accepted)
        report.refused = counts.refused
        report.checks, report.broken_checks = self._checks, self._broken
        report.duplicates = sum(number > 1 for number in accepted.values())
        report.lost = sum(is_lost(state, address in accepted) for address, state in states.items())
        unknown = [address for address, state in states.items() if state == State.UNKNOWN]
        report.unknown = len(unknown)
        report.unknown_accepted = sum(address in accepted for address in unknown)
        report.sent = sum(state == State.SENT for state in states.values())
        return report


def is_lost(state: str, arrived: bool) -> bool:
    """Called sent and not there, or neither sent nor accounted for."""
    if state == State.SENT:
        return not arrived
    return state in OPEN_STATES and not arrived


def open_mails() -> int:
    """Mails that have not come to an end; also while PostgreSQL restarts."""
    for _ in range(100):
        try:
            return Delivery.objects.filter(state__in=OPEN_STATES).count()
        except Error:
            connection.close()
            time.sleep(0.2)
    return Delivery.objects.filter(state__in=OPEN_STATES).count()

"""``manage.py outbox``: look at the outbox, drain it without a broker, check its books."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count
from django.utils import timezone

from tasks import outbox
from tasks.announcements.conservation import balances
from tasks.announcements.models import Announcement
from tasks.announcements.reconcile import backfill
from tasks.ledger.models import LedgerRow, State
from tasks.watch import Stop, watch

ROUND_SECONDS = 5.0


class Command(BaseCommand):
    """Show, run, check or backfill. Exit codes: 0 in order, 1 the books do not balance, 2 usage."""

    help = "Show the outbox, drain it without a broker, or check that nothing is missing or there twice."

    def add_arguments(self, parser: CommandParser) -> None:
        """Arguments of the command line."""
        parser.add_argument(
            "action",
            nargs="?",
            default="show",
            choices=["show", "run", "watch", "check", "suppress", "backfill"],
            help="show (default); run: do all that is due, with no broker at all; watch: the same again "
            "and again, as a stand-by for a broker that is down; check: the conservation law; suppress: "
            "send nothing of what is under way now, after restoring a backup; backfill: take every page "
            "that is live now as known.",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--seconds", type=float, default=600, help="run: stop after this time")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run one action."""
        report = getattr(self, f"do_{options['action']}")(options)
        if options["json"]:
            self.stdout.write(json.dumps(report, default=str))
        else:
            for name, value in report.items():
                self.stdout.write(f"{name:24} {value}")
        if report.get("wrong"):
            sys.exit(1)

    def do_show(self, options: dict[str, Any]) -> dict[str, Any]:
        """Numbers of everything, by state."""
        unsettled = Announcement.objects.filter(settled_at=None)
        return {
            "announcements": Announcement.objects.count(),
            "to route": unsettled.filter(release_at__lte=timezone.now()).count(),
            "in the undo window": unsettled.filter(release_at__gt=timezone.now()).count(),
            **{str(model._meta.verbose_name_plural): _states(model) for model in outbox.LEDGERS},
        }

    def do_run(self, options: dict[str, Any]) -> dict[str, Any]:
        """Drain until nothing is due or the time is up."""
        until = time.monotonic() + options["seconds"]
        rounds = 1
        while outbox.drain(min(ROUND_SECONDS, options["seconds"])) and time.monotonic() < until:
            rounds += 1
            if sys.stderr.isatty():
                self.stderr.write(f"round {rounds}: {_states(outbox.LEDGERS[1])}")
        return {"rounds": rounds, **self.do_show(options)}

    def do_watch(self, options: dict[str, Any]) -> dict[str, Any]:
        """Drain again and again until SIGTERM or Ctrl-C."""
        return {"turns": watch(Stop())}

    def do_check(self, options: dict[str, Any]) -> dict[str, Any]:
        """The conservation law for every campaign."""
        books = balances()
        wrong = [vars(balance) for balance in books if not balance.holds]
        return {"campaigns": len(books), "wrong": wrong}

    def do_suppress(self, options: dict[str, Any]) -> dict[str, Any]:
        """Send nothing of what is under way now."""
        return {"suppressed": outbox.suppress()}

    def do_backfill(self, options: dict[str, Any]) -> dict[str, Any]:
        """Write off what is live now."""
        return {"pages taken as known": backfill()}


def _states(model: type[LedgerRow]) -> dict[str, int]:
    counted = model._default_manager.order_by().values_list("state").annotate(Count("pk"))
    found = dict(counted)
    return {state: found[state] for state in State.values if state in found}

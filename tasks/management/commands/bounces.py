"""``manage.py bounces``: take one returned mail from a mail server, or read the bounce mailbox."""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from tasks.newsletter.models import MailboxTrouble
from tasks.newsletter.returns.mailbox.config import MailboxConfig, configured_mailbox
from tasks.newsletter.returns.mailbox.state import Turn
from tasks.newsletter.returns.mailbox.trouble import MailboxFault
from tasks.newsletter.returns.mailbox.turn import rehearse, take_turn
from tasks.newsletter.returns.reading import MAX_BYTES, handle

logger = logging.getLogger(__name__)

PASSING = {MailboxTrouble.UNREACHABLE, MailboxTrouble.SLOW, MailboxTrouble.UNEXPECTED}


class Command(BaseCommand):
    """Exit codes of sysexits.h: 0 done, 75 try again later, 78 the mailbox or its setting is wrong."""

    help = "Take a returned mail from standard input (pipe), or read the bounce mailbox (read)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Arguments of the command line."""
        parser.add_argument(
            "action",
            choices=["pipe", "read"],
            help="pipe: one mail from standard input; read: all that is in ANTENNE_BOUNCE_MAILBOX.",
        )
        parser.add_argument(
            "--recipient", default="", help="pipe: the address that the mail came to (envelope)"
        )
        parser.add_argument("--seconds", type=float, default=300, help="read: stop after this time")
        parser.add_argument(
            "--dry-run", action="store_true", help="read: only say what is there; nothing is changed"
        )
        parser.add_argument("--json", action="store_true", help="read: print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; 75 tells a mail server to keep the mail where the database is away."""
        try:
            getattr(self, f"do_{options['action']}")(options)
        except (OperationalError, InterfaceError):
            logger.exception("The database cannot be used; the mail stays where it is")
            sys.exit(os.EX_TEMPFAIL)

    def do_pipe(self, options: dict[str, Any]) -> None:
        """One mail."""
        raw = sys.stdin.buffer.read(MAX_BYTES)
        while sys.stdin.buffer.read(MAX_BYTES):
            pass  # a mail server takes a pipe that closes early for a failure
        self.stdout.write(str(handle(raw, options["recipient"])))

    def do_read(self, options: dict[str, Any]) -> None:
        """The mailbox."""
        try:
            config = configured_mailbox()
            if config is None:
                raise ImproperlyConfigured("ANTENNE_BOUNCE_MAILBOX is not set")
            report = _read(config, options["seconds"], dry_run=options["dry_run"])
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=os.EX_CONFIG) from None
        except MailboxFault as fault:
            code = os.EX_TEMPFAIL if fault.trouble in PASSING else os.EX_CONFIG
            raise CommandError(str(fault), returncode=code) from None
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            for name, value in report.items():
                self.stdout.write(f"{name:28} {value}")


def _read(config: MailboxConfig, seconds: float, *, dry_run: bool) -> dict[str, int | bool]:
    turn = rehearse(config, seconds) if dry_run else take_turn(config, seconds)
    return _report(turn)


def _report(turn: Turn) -> dict[str, int | bool]:
    counts = {str(outcome): number for outcome, number in turn.handled.items()}
    return {
        **counts,
        "not readable": turn.failed,
        "more is waiting": turn.more,
        "somebody else reads": turn.busy,
    }

"""``manage.py bounces pipe``: take one returned mail from a mail server."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError

from tasks.newsletter.returns.reading import MAX_BYTES, handle

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Read a bounce or complaint. Exit codes of sysexits.h: 0 done, 75 try again later."""

    help = "Take a returned mail from standard input, for a pipe or alias of the mail server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Arguments of the command line."""
        parser.add_argument("action", choices=["pipe"], help="pipe: one mail from standard input.")
        parser.add_argument("--recipient", default="", help="the address that the mail came to (envelope)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the mail; 75 tells the mail server to keep it where the database is away."""
        raw = sys.stdin.buffer.read(MAX_BYTES)
        while sys.stdin.buffer.read(MAX_BYTES):
            pass  # a mail server takes a pipe that closes early for a failure
        try:
            self.stdout.write(str(handle(raw, options["recipient"])))
        except (OperationalError, InterfaceError):
            logger.exception("The database cannot be used; the mail server keeps the mail")
            sys.exit(os.EX_TEMPFAIL)

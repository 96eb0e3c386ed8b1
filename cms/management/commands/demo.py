"""``manage.py demo``: run the whole product on this computer, until Ctrl-C."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from cms.demo.runtime.database import prepare
from cms.demo.runtime.steps import Progress, result_line


class Command(BaseCommand):
    """The supervisor is a program without Django (``cms.demo.runtime``); this starts it in its place."""

    help = "Run site, worker, beat, an embedded broker and a local mailbox, with demo content."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The same as of ``python -m cms.demo.runtime``."""
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"), help="Port of the site.")
        parser.add_argument("--reset", action="store_true", help="Delete the demo's data instead.")
        parser.add_argument(
            "--prepare", action="store_true", help="Only fill the database (used by the demo itself)."
        )

    def handle(self, *_: Any, port: str, reset: bool, prepare: bool, **__: Any) -> None:
        """Fill the database, or become the supervisor."""
        if prepare:
            self._prepare(int(port))
        else:
            os.chdir(settings.BASE_DIR)
            command = [sys.executable, "-m", "cms.demo.runtime", "--port", port]
            os.execv(sys.executable, [*command, "--reset"] if reset else command)  # noqa: S606

    def _prepare(self, port: int) -> None:
        def say(progress: Progress) -> None:
            self.stdout.write(progress.line())

        self.stdout.write(result_line(prepare(port, say)))

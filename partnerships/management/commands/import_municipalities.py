"""``manage.py import_municipalities``: all municipalities of Germany and France into the directory."""

from __future__ import annotations

import json
import sys
import time
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from partnerships.domain.gazetteer import SHIPPED, GazetteerReport, import_gazetteer
from partnerships.domain.importing import FileUnreadable
from partnerships.progress import progress

EXIT_FAULTY, EXIT_UNREADABLE = 1, 3
EPILOG = """exit codes:
  0  imported (or, with --dry-run, could be imported)
  1  a country has faults; they are listed and nothing of that country was written
  2  wrong use of the command
  3  the file cannot be read as a whole"""


class Command(BaseCommand):
    """Reads the list, checks all of it, then writes each country in one transaction."""

    help = "Import all municipalities. What editors changed stays; running it again changes nothing."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the list of exit codes as it is written."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and the options."""
        parser.add_argument(
            "file", nargs="?", type=Path, default=SHIPPED, help="a newer list, CSV or CSV.gz (default: ours)"
        )
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and say what happened."""
        began = time.monotonic()
        try:
            with ExitStack() as bars:

                def advance(country: str, lines: int) -> Callable[[], None]:
                    bars.close()
                    return bars.enter_context(progress(country, lines))

                report = import_gazetteer(options["file"], dry_run=options["dry_run"], advance=advance)
        except FileUnreadable as error:
            raise CommandError(f"{options['file']}: {error}", returncode=EXIT_UNREADABLE) from error
        seconds = round(time.monotonic() - began, 1)
        said = {**report.to_json(), "seconds": seconds}
        self.stdout.write(
            json.dumps(said, ensure_ascii=False) if options["json"] else _words(report, seconds)
        )
        if report.problems:
            sys.exit(EXIT_FAULTY)


def _words(report: GazetteerReport, seconds: float) -> str:
    """The outcome for people."""
    lines = [str(problem) for problem in report.problems]
    if report.problems:
        lines.append(f"{len(report.problems)} faults. Of a country with faults nothing was written.")
    for country, count in report.countries.items():
        changes = f"{count.created} created, {count.updated} updated, {count.unchanged} unchanged"
        kept = f"; in {count.kept} what was changed here was kept" if count.kept else ""
        lines.append(f"{country}: {changes}{kept}")
    counts = report.countries.values()
    if counts and not any(count.created or count.updated for count in counts):
        lines.append("Nothing to change.")
    if report.dry_run:
        lines.append("Only checked, nothing was written.")
    lines.append(f"{seconds} s")
    return "\n".join(lines)

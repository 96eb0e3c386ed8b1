"""``import_partnerships``: the directory from a CSV or Excel file, all of it or nothing."""

from __future__ import annotations

import json
import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partnerships.domain.importing import (
    FileUnreadable,
    ImportReport,
    check_rows,
    import_rows,
    read_rows,
)
from partnerships.domain.pages import NoDirectory, make_pages
from partnerships.progress import progress

EXIT_FAULTY, EXIT_UNREADABLE, EXIT_NO_DIRECTORY = 1, 3, 4
EPILOG = """exit codes:
  0  imported (or, with --dry-run, could be imported)
  1  the file has faults; they are listed and nothing was written
  2  wrong use of the command
  3  the file cannot be read as a whole
  4  --pages was asked for, but there is no live directory page"""


class Command(BaseCommand):
    """Reads the file, checks all of it, then writes it in one transaction."""

    help = "Import partnerships from a CSV or Excel file. Running it again changes only what differs."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the list of exit codes as it is written."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and the options."""
        parser.add_argument("file", type=Path, help="CSV (UTF-8) or .xlsx, with a header line")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument(
            "--pages", action="store_true", help="also make the missing live pages, unannounced"
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="OURS=THEIRS",
            help="what the file calls a column, e.g. --column town_a=Ville; may be repeated",
        )
        parser.add_argument(
            "--accept-homonyms",
            action="store_true",
            help="also import rows marked as homonyms in match_confidence; without it they are listed only",
        )
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and say what happened."""
        try:
            report = self._run(options)
        except FileUnreadable as error:
            raise CommandError(f"{options['file']}: {error}", returncode=EXIT_UNREADABLE) from error
        except NoDirectory as error:
            message = "There is no live directory page. Nothing was written."
            raise CommandError(message, returncode=EXIT_NO_DIRECTORY) from error
        self.stdout.write(
            json.dumps(report.to_json(), ensure_ascii=False) if options["json"] else _words(report)
        )
        if report.problems:
            sys.exit(EXIT_FAULTY)

    def _run(self, options: dict[str, Any]) -> ImportReport:
        table = read_rows(
            options["file"], _mapping(options["column"]), accept_homonyms=options["accept_homonyms"]
        )
        problems = check_rows(table.rows)
        if problems:
            return ImportReport(
                len(table.rows), options["dry_run"], table.ignored_columns, problems, table.homonyms
            )

        def pages(report: ImportReport, written: list[int]) -> None:
            if options["pages"]:
                with progress("Pages", len(written)) as advance:
                    report.pages.created = make_pages(written, advance)

        with progress("Partnerships", len(table.rows)) as advance:
            report = import_rows(
                table.rows,
                provenance=f"Import of {options['file'].name}",
                dry_run=options["dry_run"],
                advance=advance,
                after=pages,
            )
        report.ignored_columns, report.homonyms = table.ignored_columns, table.homonyms
        return report


def _mapping(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if wrong := [name for name, sign, column in pairs if not (name and sign and column)]:
        raise CommandError(f"--column takes OURS=THEIRS, not {', '.join(wrong)}", returncode=2)
    return {name.strip(): column.strip() for name, _sign, column in pairs}


def _words(report: ImportReport) -> str:
    """The outcome for people."""
    if report.problems:
        lines = [
            f"{len(report.problems)} faults in {report.rows} rows. Nothing was written.",
            *map(str, report.problems),
        ]
        return "\n".join(lines)
    lines = [f"{report.rows} rows {'checked, nothing was written' if report.dry_run else 'imported'}."]
    for name in ("municipalities", "partnerships", "associations"):
        count = getattr(report, name)
        lines.append(f"{name}: {count.created} created, {count.updated} updated, {count.unchanged} unchanged")
    if report.pages.created:
        lines.append(f"pages: {report.pages.created} created")
    if report.homonyms:
        lines.append(f"{len(report.homonyms)} rows were left out: look at them, then use --accept-homonyms.")
        lines += [f"  {problem}" for problem in report.homonyms]
    if report.remarks:
        lines.append("The first of these counts; somebody may want to look:")
        lines += [f"  {problem}" for problem in report.remarks]
    if report.ignored_columns:
        lines.append(f"Columns that are not known and were ignored: {', '.join(report.ignored_columns)}")
    return "\n".join(lines)

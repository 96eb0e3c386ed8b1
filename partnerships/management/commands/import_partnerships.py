"""``import_partnerships``: the directory from a CSV or XLSX file, all of it or nothing."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partnerships.domain.importing import (
    FileUnreadable,
    ImportReport,
    check_rows,
    import_rows,
    read_rows,
    settle,
)
from partnerships.domain.pages import NoDirectory, make_pages
from partnerships.progress import progress

EXIT_FAULTY, EXIT_UNREADABLE, EXIT_NO_DIRECTORY, EXIT_ASKED = 1, 3, 4, 5
EPILOG = """exit codes:
  0  imported (or, with --dry-run, could be imported)
  1  the file has faults; they are listed and nothing was written
  2  wrong use of the command
  3  the file cannot be read as a whole
  4  --pages was asked for, but there is no live directory page
  5  some rows were left out, because it is not certain which place they mean; answer by --answer"""


class Command(BaseCommand):
    """Reads the file, checks all of it, then writes it in one transaction."""

    help = "Import partnerships from a CSV or XLSX file. Running it again changes only what differs."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the list of exit codes as it is written."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and the options."""
        parser.add_argument("file", type=Path, help="CSV (UTF-8) or XLSX file with a header line")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument(
            "--pages", action="store_true", help="also make the missing live pages, unannounced"
        )
        parser.add_argument(
            "--column", action="append", default=[], type=_pair, metavar="THEIRS=OURS", help="name a column"
        )
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            type=_pair,
            metavar="KEY=CODE",
            help="say which place is meant: 12a=08136002; “new” for one that is not listed, "
            "“yes” if the row's code is right (also in the columns answer_a and answer_b)",
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
        if report.questions:
            sys.exit(EXIT_ASKED)

    def _run(self, options: dict[str, Any]) -> ImportReport:
        table = read_rows(options["file"], dict(options["column"]))
        rows, questions = settle(table.rows, dict(options["answer"]))
        problems = check_rows(rows)
        if problems:
            return ImportReport(
                len(table.rows), options["dry_run"], table.ignored_columns, problems, questions
            )

        def pages(report: ImportReport, written: list[int]) -> None:
            if options["pages"]:
                with progress("Pages", len(written)) as advance:
                    report.pages.created = make_pages(written, advance)

        with progress("Partnerships", len(rows)) as advance:
            report = import_rows(
                rows,
                provenance=f"Import of {options['file'].name}",
                dry_run=options["dry_run"],
                advance=advance,
                after=pages,
            )
        report.ignored_columns, report.questions = table.ignored_columns, questions
        return report


def _pair(text: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not (left and equals and right):
        raise ArgumentTypeError(f"“{text}” must be of the form left=right")
    return left, right


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
    if report.questions:
        left_out = len({question.line for question in report.questions})
        lines.append(f"{left_out} rows were left out, because it is not certain which place they mean:")
        lines += map(str, report.questions)
    if report.remarks:
        lines.append("The first of these counts; somebody may want to look:")
        lines += map(str, report.remarks)
    if report.ignored_columns:
        lines.append(f"Columns that are not known and were ignored: {', '.join(report.ignored_columns)}")
    return "\n".join(lines)

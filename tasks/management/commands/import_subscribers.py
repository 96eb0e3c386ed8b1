"""``import_subscribers``: people from a list, from listmonk or Mailchimp; all of the file or nothing."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import override

from tasks.newsletter.importing.archive import FileUnreadable
from tasks.newsletter.importing.columns import FIELDS
from tasks.newsletter.importing.formats import Format
from tasks.newsletter.importing.outcomes import Outcome
from tasks.newsletter.importing.report import ImportReport
from tasks.newsletter.importing.run import import_file
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.models import LANGUAGES
from tasks.newsletter.topics import topic_choices

EXIT_FAULTY, EXIT_UNREADABLE = 1, 3
EPILOG = """exit codes:
  0  imported, or nothing to change (with --dry-run: could be imported)
  1  lines have faults; they are listed, and nothing was written unless --skip-errors was given
  2  wrong use of the command
  3  the file cannot be read as a whole, or a column is missing"""


def column(text: str) -> tuple[str, str]:
    """One ``--map``."""
    field, equals, name = text.partition("=")
    if not equals or field not in FIELDS:
        raise ArgumentTypeError(f"{text!r} is not FIELD=COLUMN; fields are {', '.join(FIELDS)}")
    return field, name


def source(text: str) -> str:
    """The consent source, which must say something."""
    if not text.strip() or len(text) > 500:
        raise ArgumentTypeError("say in 1 to 500 characters where these people agreed")
    return text.strip()


def day(text: str) -> date:
    """A day that has been."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2025-05-12") from error
    if found > timezone.localdate():
        raise ArgumentTypeError(f"{text} has yet to come")
    return found


class Command(BaseCommand):
    """Checks all of the file, then writes it in one transaction."""

    help = "Import subscribers from CSV, listmonk or Mailchimp. Running it again changes nothing."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the list of exit codes as it is written."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, epilog=EPILOG, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and the options."""
        parser.add_argument("file", type=Path, help="a CSV file, or the zip file of Mailchimp")
        parser.add_argument("--consent-source", type=source, required=True, help="where these people agreed")
        parser.add_argument(
            "--agreed-on", type=day, default=None, metavar="YYYY-MM-DD", help="of lines that have no date"
        )
        parser.add_argument(
            "--map", type=column, action="append", default=[], metavar="FIELD=COLUMN",
            help=f"which column says what, where the guess is wrong; fields: {', '.join(FIELDS)}",
        )  # fmt: skip
        parser.add_argument("--format", choices=Format.values, default="", help="found out by default")
        parser.add_argument("--language", choices=[code for code, _ in LANGUAGES], default="", help="if none")
        parser.add_argument("--topics", default="", help="of lines that have none, with commas")
        parser.add_argument("--confirm", action="store_true", help="ask everybody by mail first")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--skip-errors", action="store_true", help="import the lines without faults")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and say what happened."""
        with override("en"):
            try:
                with _progress() as advance:
                    report = import_file(options["file"], _settings(options), advance=advance)
            except FileUnreadable as error:
                raise CommandError(f"{options['file']}: {error}", returncode=EXIT_UNREADABLE) from error
            shown = {**report.to_json(), "dry_run": options["dry_run"]}
            words = "\n".join(_words(report, options["dry_run"]))
            self.stdout.write(json.dumps(shown, ensure_ascii=False) if options["json"] else words)
        if report.faulty:
            sys.exit(EXIT_FAULTY)


def _settings(options: dict[str, Any]) -> ImportSettings:
    topics = tuple(part.strip() for part in options["topics"].split(",") if part.strip())
    unknown = set(topics) - {key for key, _label in topic_choices()}
    if unknown:
        known = ", ".join(key for key, _label in topic_choices())
        raise CommandError(
            f"Not known as topics: {', '.join(sorted(unknown))}. Topics: {known}", returncode=2
        )
    names = ("language", "format", "agreed_on", "confirm", "skip_errors", "dry_run")
    given = {name: options[name] for name in names}
    return ImportSettings(options["consent_source"], topics=topics, columns=dict(options["map"]), **given)


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A count of lines on a terminal; silence where output goes to a file or a pipe."""
    if not sys.stderr.isatty():
        yield lambda lines: None
        return
    try:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn
    except ImportError:  # rich belongs to the extra "demo"; an import works without it
        yield lambda lines: None
        return
    count = TextColumn("{task.completed} lines read (each once to check, once to write)")
    with Progress(SpinnerColumn(), count, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("lines", total=None)
        yield lambda lines: bar.advance(task, lines)


def _words(report: ImportReport, dry_run: bool) -> Iterator[str]:
    """The outcome for people."""
    yield f"{report.lines} lines, format: {Format(report.format).label}"
    for table, columns in report.columns.items():
        yield f"{table}: " + ", ".join(f"{field} from “{name}”" for field, name in columns.items())
    for outcome in Outcome:
        if report.outcomes[outcome]:
            yield f"{report.outcomes[outcome]:8} {outcome.label}"
    for table, line, reason in report.skipped:
        yield f"{table}, line {line}, nothing changed: {Outcome(reason).label}"
    if report.ignored:
        yield f"No topics, ignored: {', '.join(report.ignored)}"
    if report.faulty:
        yield f"{report.faulty} lines have faults:"
        yield from map(str, report.problems)
    yield _ending(report, dry_run)


def _ending(report: ImportReport, dry_run: bool) -> str:
    if report.written:
        return f"Written: {report.changes} changes."
    if report.faulty and report.changes:
        return "Nothing was written. With --skip-errors, the lines without faults are imported."
    if not report.changes:
        return "Nothing to change."
    return (
        f"{report.changes} changes, not written: this was a dry run." if dry_run else "Nothing was written."
    )

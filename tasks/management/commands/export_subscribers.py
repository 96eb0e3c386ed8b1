"""``export_subscribers``: everybody as a CSV file that ``import_subscribers`` reads again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tasks.newsletter.importing.exporting import export
from tasks.newsletter.models import Standing


class Command(BaseCommand):
    """Exit codes: 0 written, 1 the file cannot be written, 2 wrong use."""

    help = "Export subscribers as CSV, with topics, what they follow, consent times and source."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and the options."""
        parser.add_argument("file", nargs="?", default="-", help="where to write to; - for the output")
        parser.add_argument("--standing", choices=Standing.values, default="", help="only these")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export and say how many there were; on the output itself there is only the table."""
        if options["file"] == "-":
            if options["json"]:
                raise CommandError("--json needs a file: the output is the table.", returncode=2)
            export(self.stdout, options["standing"])  # type: ignore[arg-type]
            return
        try:
            with Path(options["file"]).open("w", encoding="utf-8", newline="") as file:
                number = export(file, options["standing"])
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}") from error
        said = {"subscribers": number, "file": options["file"]}
        self.stdout.write(json.dumps(said) if options["json"] else f"{number} subscribers exported.")

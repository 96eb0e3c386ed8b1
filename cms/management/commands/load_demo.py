"""``python manage.py load_demo``: write the demo content of all plugins."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cms.demo.content import DemoSite
from cms.plugins import registry


def spinner(quiet: bool) -> AbstractContextManager[Any]:
    """A line that moves while the work goes on; nothing where nobody watches."""
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status("Demo content")


class Command(BaseCommand):
    """Runs every plugin's loader in order. A second run changes nothing."""

    help = "Writes the demo content of all plugins; a second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--json`` for programs."""
        parser.add_argument("--json", action="store_true", help="print the unpublished drafts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, then say which drafts there are to try."""
        say: Callable[[str], None] = (lambda line: None) if options["json"] else self.stdout.write
        demo = DemoSite(say=say)
        with spinner(quiet=options["json"]):
            for plugin, load in registry().demo_loaders():
                say(f"{plugin.verbose_name} …")
                load(demo)
        self.report(demo, as_json=options["json"])

    def report(self, demo: DemoSite, as_json: bool) -> None:
        """The drafts, for people or for programs."""
        if as_json:
            self.stdout.write(json.dumps({"drafts": [asdict(draft) for draft in demo.drafts]}))
            return
        for draft in demo.drafts:
            self.stdout.write(f"Draft to publish ({draft.language}): {draft.title} – {draft.edit_url}")

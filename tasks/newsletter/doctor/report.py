"""The findings for a person or for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TextIO

from django.utils.translation import gettext as _

from tasks.newsletter.doctor.findings import LABELS, Finding, Level

COLOURS = {Level.OK: "green", Level.ADVICE: "yellow", Level.WRONG: "red", Level.UNCHECKED: "magenta"}


def as_json(findings: Sequence[Finding]) -> str:
    """All findings, one object each."""
    return json.dumps([vars(finding) for finding in findings], ensure_ascii=False, indent=2)


def as_text(findings: Sequence[Finding]) -> str:
    """All findings, one paragraph each."""
    return "\n".join(line for finding in findings for line in _lines(finding))


def _lines(finding: Finding) -> list[str]:
    lines = [f"{finding.check:10} {LABELS[finding.level]}: {finding.found}"]
    lines += [f"           → {part}" for part in (finding.mend, finding.record) if part]
    return lines


def show(findings: Sequence[Finding], out: TextIO) -> None:
    """A table on a terminal where ``rich`` is installed, else paragraphs."""
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        out.write(as_text(findings) + "\n")
        return
    table = Table(_("Check"), _("Result"), _("Found"), _("What to do"))
    for finding in findings:
        level = Text(str(LABELS[finding.level]), style=COLOURS[finding.level])
        todo = "\n".join(filter(None, (finding.mend, finding.record)))
        table.add_row(Text(finding.check), level, Text(finding.found), Text(todo))
    Console(file=out).print(table)

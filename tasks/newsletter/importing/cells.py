"""Cells that a spreadsheet would take for a formula: escaped on the way out, restored on the way in."""

from __future__ import annotations

import re

FORMULA = re.compile(r"'*[=+\-@\t\r]")


def escaped(text: str) -> str:
    """``text`` with an apostrophe before it where a spreadsheet would calculate."""
    return f"'{text}" if FORMULA.match(text) else text


def restored(text: str) -> str:
    """What ``escaped`` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text

"""Deleting the demo's data. Only what the demo made is touched."""

from __future__ import annotations

import shutil
from pathlib import Path

DEMO_DATA = (
    "db.sqlite3*",
    "mailbox",
    "media",
    "static",
    "log",
    "broker",
    "celerybeat-schedule*",
    "demo-password",
    "demo.json",
    "secret_key",
)


def delete_demo_data(var: Path) -> list[str]:
    """Delete it; the names of what was there."""
    found = sorted(path for pattern in DEMO_DATA for path in var.glob(pattern))
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return [path.name for path in found]

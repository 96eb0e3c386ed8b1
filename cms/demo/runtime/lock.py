"""One demo per directory. The lock goes with the process, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from cms.demo.runtime.errors import DemoError


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the directory for this run; an error where another demo holds it."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        lock = (var / "demo.lock").open("a")
    except OSError as error:
        raise DemoError(f"The demo cannot write to {var}: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DemoError(
                f"A demo already runs in {var}. Stop it with Ctrl-C where it was started, "
                "or set ANTENNE_VAR to another directory."
            ) from error
        yield

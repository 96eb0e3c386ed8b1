"""One child process of the demo: started under a guard, watched, stopped, with a log of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cms.demo.runtime.steps import MARK

GUARD = Path(__file__).with_name("guard.py")
LOG_LINES = 15


@dataclass(frozen=True)
class Service:
    """What is to be run. ``ready`` looks once and says whether the service really answers.

    It gets what the child has logged since its start. ``grace`` is how many seconds the child may
    take to end by itself.
    """

    name: str
    label: str
    command: tuple[str, ...]
    ready: Callable[[str], bool] = lambda log: True
    grace: float = 5


class Child:
    """A running service. ``start`` may be called again after it has ended by itself."""

    def __init__(
        self, service: Service, log_dir: Path, environment: Mapping[str, str], directory: Path
    ) -> None:
        self.service = service
        self.log = log_dir / f"{service.name}.log"
        self.environment = environment
        self.directory = directory
        self.restarts = 0
        self._log_start = 0
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the command under its guard."""
        if self._guard is None:
            self._put_old_log_aside()
        self.ask_to_stop()
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), str(self.service.grace), *self.service.command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                cwd=self.directory,
                start_new_session=True,
            )

    def _put_old_log_aside(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".old.log"))

    @property
    def pid(self) -> int | None:
        """The guard's process id, which is also the id of the whole process group."""
        return self._guard.pid if self._guard else None

    def exit_code(self) -> int | None:
        """None while it runs or was never started."""
        return self._guard.poll() if self._guard else None

    def output(self) -> str:
        """What it has logged since its last start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode("utf-8", "replace")

    def is_ready(self) -> bool:
        """Whether it answers."""
        return self.service.ready(self.output())

    def last_lines(self) -> str:
        """The end of its log, indented, for an error message."""
        lines = [line for line in self.output().splitlines() if line.strip() and not line.startswith(MARK)]
        return "\n".join(f"    {line}" for line in lines[-LOG_LINES:])

    def ask_to_stop(self) -> None:
        """Close the pipe: the guard then ends the command."""
        if self._guard and self._guard.stdin:
            self._guard.stdin.close()

    def stop(self) -> None:
        """Stop, wait, and leave nothing of the process group behind."""
        if self._guard is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guard.wait(self.service.grace + 3)
        self.sweep()
        self._guard.wait()
        self._guard = None

    def sweep(self) -> None:
        """Kill what is left of the process group, also where the guard itself was killed."""
        if self._guard:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._guard.pid, signal.SIGKILL)

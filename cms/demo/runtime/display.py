"""Showing what happens: a live list on a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

PLAIN_SECONDS = 5
"""A plain line about the same step at most this often."""


class Step(Protocol):
    """One line of the display."""

    def update(self, done: int, total: int, note: str) -> None:
        """How far it is."""

    def done(self, note: str) -> None:
        """It has ended well."""


class Display:
    """All output of the demo but its summary. Use ``with``: it ends the live part."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<22}"),
            TextColumn("[dim]{task.fields[note]}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
        )

    def step(self, label: str) -> Step:
        """Show that something has begun."""
        if self.console.is_terminal:
            return LiveStep(self._progress, self._progress.add_task(label, total=None, note=""))
        return PlainStep(self, label)

    def line(self, text: str) -> None:
        """Say something, above the live part where there is one."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def end_steps(self) -> None:
        """End the live part; ``line`` may still be used."""
        if self.console.is_terminal:
            self._progress.stop()

    def __enter__(self) -> Display:
        if self.console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_steps()


class LiveStep:
    """A line with a bar, on a terminal."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self.progress = progress
        self.task = task

    def update(self, done: int, total: int, note: str) -> None:
        """Move the bar."""
        self.progress.update(self.task, completed=done, total=total, note=note)

    def done(self, note: str) -> None:
        """Fill the bar."""
        self.progress.update(self.task, completed=1, total=1, note=note)


class PlainStep:
    """Plain lines: the beginning, now and then how far it is, the end."""

    def __init__(self, display: Display, label: str) -> None:
        self.display = display
        self.label = label
        self.began = self.shown = time.monotonic()
        display.line(f"{label} …")

    def update(self, done: int, total: int, note: str) -> None:
        """Say how far it is, but not too often."""
        if time.monotonic() - self.shown >= PLAIN_SECONDS:
            self.shown = time.monotonic()
            self.display.line(f"{self.label}: {done} of {total} {note}".rstrip())

    def done(self, note: str) -> None:
        """Say how long it took."""
        self.display.line(f"{self.label}: {note} ({time.monotonic() - self.began:.0f} s)")

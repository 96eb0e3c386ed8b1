"""Starts the children, waits until each answers, restarts what dies, and stops all."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

from cms.demo.runtime.child import Child
from cms.demo.runtime.display import Display, Step
from cms.demo.runtime.errors import DemoError

MAX_RESTARTS = 3
READY_SECONDS = 90
POLL_SECONDS = 0.2


class Supervisor:
    """The children of one run. ``parent`` is the process (make) whose end ends the demo too."""

    def __init__(self, display: Display, parent: int | None = None) -> None:
        self.display = display
        self.parent = parent
        self.batches: list[list[Child]] = []

    def start(self, children: Iterable[Child]) -> None:
        """Start these together and return when all are ready."""
        batch: list[Child] = []
        self.batches.append(batch)
        steps: list[Step] = []
        for child in children:
            batch.append(child)
            child.start()
            steps.append(self.display.step(child.service.label))
        for child, step in zip(batch, steps, strict=True):
            self._await(child)
            step.done("ready")

    def _await(self, child: Child) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not child.is_ready():
            self._pause()
            if child.exit_code() is not None:
                raise DemoError(f"{_ended(child)} before it was ready.\n{child.last_lines()}")
            if time.monotonic() > deadline:
                late = f"{child.service.label} did not get ready in {READY_SECONDS} seconds."
                raise DemoError(f"{late}\n{child.last_lines()}")

    def run(self, child: Child, on_progress: Callable[[str], None]) -> str:
        """Run a child that ends by itself; ``on_progress`` gets its output so far. Returns all output."""
        self.batches.append([child])
        child.start()
        while (code := child.exit_code()) is None:
            on_progress(child.output())
            self._pause()
        self.batches.pop()
        child.stop()
        if code:
            raise DemoError(
                f"{child.service.label} failed. All of its log: {child.log}\n{child.last_lines()}"
            )
        return child.output()

    def watch(self) -> None:
        """Restart what dies; return never, but by KeyboardInterrupt or DemoError."""
        while True:
            self._pause()
            for child in (child for batch in self.batches for child in batch):
                if child.exit_code() is not None:
                    self._restart(child)

    def _restart(self, child: Child) -> None:
        child.sweep()
        if child.restarts == MAX_RESTARTS:
            raise DemoError(f"{_ended(child)} again, so the demo stops.\n{child.last_lines()}")
        child.restarts += 1
        self.display.line(
            f"{_ended(child)}; starting it again ({child.restarts} of {MAX_RESTARTS}). See {child.log}"
        )
        child.start()

    def _pause(self) -> None:
        time.sleep(POLL_SECONDS)
        if self.parent is not None and os.getppid() != self.parent:
            raise DemoError("The process that started the demo has ended, so the demo ends too.")

    def stop(self) -> None:
        """Stop all, the last started first: the worker may still need broker and mailbox."""
        while self.batches:
            batch = self.batches.pop()
            for child in batch:
                child.ask_to_stop()
            for child in batch:
                child.stop()


def _ended(child: Child) -> str:
    return f"{child.service.label} ended with exit code {child.exit_code()}"

"""Run one command, and end it when whoever started this process is gone.

    python guard.py GRACE COMMAND [ARGUMENT…]

Standard input is a pipe that the starter holds open. When it closes, for whatever reason (the
starter stops it, ends, or is killed with SIGKILL), the command gets SIGTERM, and after GRACE
seconds everything it left behind gets SIGKILL. The guard must lead its own process group
(``start_new_session=True``): the command and its descendants share it. Works on Linux and macOS
alike, because it needs no more than a pipe. Nothing here imports anything but the standard library.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from types import FrameType

POLL_SECONDS = 0.25
asked_to_stop = False


def on_sigterm(number: int, frame: FrameType | None) -> None:
    """A shutdown of the machine sends SIGTERM to every process: pass it on in the same way."""
    global asked_to_stop
    asked_to_stop = True


def starter_is_gone() -> bool:
    """Wait a moment for the pipe to close."""
    readable, _, _ = select.select([0], [], [], POLL_SECONDS)
    return bool(readable) and not os.read(0, 1)


def end(child: subprocess.Popen[bytes], grace: float) -> None:
    """Let the command finish what it does. Its own children must not be disturbed in that."""
    child.terminate()
    deadline = time.monotonic() + grace
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(0, signal.SIGKILL)  # this ends the guard as well


def run(grace: float, command: list[str]) -> int:
    """The command's exit code, where it ends by itself."""
    signal.signal(signal.SIGTERM, on_sigterm)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    while child.poll() is None:
        if starter_is_gone() or asked_to_stop:
            end(child, grace)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(run(float(sys.argv[1]), sys.argv[2:]))

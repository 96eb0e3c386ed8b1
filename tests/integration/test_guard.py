"""No child outlives the demo, however the demo ends. Every process here is a real one."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from cms.demo.runtime.child import GUARD, Child, Service
from cms.demo.runtime.display import Display
from cms.demo.runtime.errors import DemoError
from cms.demo.runtime.supervisor import MAX_RESTARTS, Supervisor

PROJECT = Path(__file__).resolve().parents[2]
SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); " + SLEEP
)
FAMILY = f"""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}])
print(os.getpid(), grandchild.pid, flush=True)
{SLEEP}
"""
# A supervisor of its own process, as the demo is: it starts a family, says who they are, and stays.
STARTER = """
import sys, time
from pathlib import Path
from cms.demo.runtime.child import Child, Service
child = Child(Service("family", "Family", (sys.executable, "-c", sys.argv[1]), grace=0.5),
              Path(sys.argv[2]), {"PATH": ""}, Path.cwd())
child.start()
while not child.output().count("\\n"):
    time.sleep(0.02)
print(child.pid, child.output().split("\\n")[0], flush=True)
time.sleep(60)
"""


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return state.stdout.strip() not in ("",) and not state.stdout.strip().startswith("Z")


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def python_child(tmp_path: Path, code: str, ready: Callable[[str], bool] = bool, grace: float = 0.5) -> Child:
    service = Service("test", "Test service", (sys.executable, "-u", "-c", code), ready, grace)
    return Child(service, tmp_path / "log", {**os.environ}, tmp_path)


def supervisor() -> tuple[Supervisor, io.StringIO]:
    output = io.StringIO()
    return Supervisor(Display(Console(file=output))), output


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_all_descendants_end_when_the_starter_is_killed(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, FAMILY, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        family = [int(pid) for pid in starter.stdout.readline().split()]
        assert len(family) == 3
        assert all(map(is_running, family))
        starter.send_signal(number)
        starter.wait(5)
    assert eventually(lambda: not any(map(is_running, family)))


def test_the_command_gets_time_to_finish(tmp_path: Path) -> None:
    code = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: (print('tidy'), sys.exit()))\n"
    child = python_child(tmp_path, code + "print('up')\n" + SLEEP, grace=5)
    child.start()
    assert eventually(child.is_ready)
    began = time.monotonic()
    child.stop()
    assert "tidy" in child.log.read_text()
    assert time.monotonic() - began < 4


def test_a_command_that_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    child = python_child(tmp_path, STUBBORN)
    child.start()
    assert eventually(child.is_ready)
    pid = child.pid
    assert pid is not None
    child.stop()
    assert not is_running(pid)
    assert child.pid is None


def test_sigterm_to_the_guard_ends_the_command_too(tmp_path: Path) -> None:
    child = python_child(tmp_path, f"import os; print(os.getpid())\n{SLEEP}")
    child.start()
    assert eventually(child.is_ready)
    command = int(child.output())
    assert child.pid is not None
    os.kill(child.pid, signal.SIGTERM)
    assert eventually(lambda: not is_running(command))
    child.stop()


def test_a_killed_guard_does_not_leave_its_command_behind(tmp_path: Path) -> None:
    child = python_child(tmp_path, f"import os; print(os.getpid())\n{SLEEP}")
    child.start()
    assert eventually(child.is_ready)
    command = int(child.output())
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    assert eventually(lambda: child.exit_code() is not None)
    child.stop()
    assert eventually(lambda: not is_running(command))


@pytest.mark.parametrize(
    ("code", "expected"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137)]
)
def test_the_exit_code_of_the_command_is_passed_on(code: str, expected: int) -> None:
    guard = subprocess.Popen(
        [sys.executable, str(GUARD), "1", sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    with guard:
        assert guard.wait(10) == expected


def test_a_child_that_dies_is_restarted_a_few_times_and_then_the_demo_stops(tmp_path: Path) -> None:
    watching, output = supervisor()
    code = "import time; print('last words'); time.sleep(0.3); raise SystemExit(3)"
    child = python_child(tmp_path, code)
    watching.start([child])
    with pytest.raises(DemoError, match=r"exit code 3 again(.|\n)*last words"):
        watching.watch()
    watching.stop()
    assert child.restarts == MAX_RESTARTS
    assert f"starting it again ({MAX_RESTARTS} of {MAX_RESTARTS})" in output.getvalue().replace("\n", " ")


def test_a_child_that_ends_before_it_is_ready_stops_the_start(tmp_path: Path) -> None:
    starting, _ = supervisor()
    child = python_child(tmp_path, "print('no database'); raise SystemExit(1)", ready=lambda log: False)
    with pytest.raises(DemoError, match=r"before it was ready(.|\n)*no database"):
        starting.start([child])
    starting.stop()


def test_the_demo_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    watching, _ = supervisor()
    child = python_child(tmp_path, "print('up'); " + SLEEP)
    watching.start([child])
    watching.parent = os.getpid()  # which is not the parent of this process
    with pytest.raises(DemoError, match="process that started the demo has ended"):
        watching.watch()
    watching.stop()
    assert child.pid is None


def test_each_start_begins_a_new_log_and_keeps_the_one_before(tmp_path: Path) -> None:
    for text in ("first", "second"):
        child = python_child(tmp_path, f"print('{text}'); {SLEEP}")
        child.start()
        assert eventually(child.is_ready)
        child.stop()
    assert (tmp_path / "log" / "test.log").read_text() == "second\n"
    assert (tmp_path / "log" / "test.old.log").read_text() == "first\n"

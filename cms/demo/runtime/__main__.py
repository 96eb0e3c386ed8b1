"""``python -m cms.demo.runtime``: what ``make demo`` and ``manage.py demo`` start."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from cms.demo.runtime import services, steps, summary
from cms.demo.runtime.broker import embedded_broker
from cms.demo.runtime.child import Child, Service
from cms.demo.runtime.config import PROJECT, DemoConfig, var_directory
from cms.demo.runtime.display import Display
from cms.demo.runtime.errors import DemoError
from cms.demo.runtime.lock import only_one
from cms.demo.runtime.ports import port_number, wanted_port
from cms.demo.runtime.ready import redis_answers
from cms.demo.runtime.reset import delete_demo_data
from cms.demo.runtime.supervisor import Supervisor

DEFAULT_PORT = "8000"
PATIENCE_AFTER_KILL = 20
"""Seconds to wait for the port where a demo was killed: its children may still be ending."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo until Ctrl-C; the exit code."""
    options = parse(arguments)
    console = Console()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        if options.reset:
            reset(console)
        else:
            run(console, port_number(options.port), options.parent)
    except DemoError as error:
        Console(stderr=True).print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. The data stays; make demo starts it again.")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="demo", description="Run the whole product on this computer.")
    parser.add_argument("--port", default=DEFAULT_PORT, help="port of the site; 0 takes any free one")
    parser.add_argument("--parent", type=int, help="end when this process is no longer the parent")
    parser.add_argument("--reset", action="store_true", help="delete the demo's data instead")
    return parser.parse_args(arguments)


def reset(console: Console) -> None:
    """Delete the demo's data."""
    var = var_directory()
    with only_one(var):
        deleted = delete_demo_data(var)
    what = ", ".join(deleted) or "nothing, there was no demo data"
    console.print(f"Deleted from {var}: {what}", markup=False, highlight=False, soft_wrap=True)


def run(console: Console, wanted: int, parent: int | None) -> None:
    """Start everything, say so, and stay."""
    var = var_directory()
    ready_file = var / "demo.json"
    with only_one(var), Display(console) as display:
        was_killed = ready_file.exists()
        ready_file.unlink(missing_ok=True)
        port = wanted_port(wanted, PATIENCE_AFTER_KILL if was_killed else 0)
        supervisor = Supervisor(display, parent)
        with stopping(supervisor, ready_file):
            facts = start(supervisor, var, port)
            display.end_steps()
            summary.write(ready_file, facts)
            summary.show(console, facts)
            supervisor.watch()


@contextlib.contextmanager
def stopping(supervisor: Supervisor, ready_file: Path) -> Iterator[None]:
    """However it ends, the file that says "ready" goes first, and no child stays."""
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        supervisor.display.line("Stopping …")
        ready_file.unlink(missing_ok=True)
        supervisor.stop()


def start(supervisor: Supervisor, var: Path, port: int) -> dict[str, object]:
    """Broker and mailbox, then the database, then all that needs it. What ``demo.json`` will say."""
    broker, redis_url = choose_broker(var)
    config = DemoConfig.for_port(var, port, redis_url)

    def child(service: Service) -> Child:
        return Child(service, var / "log", config.environment(), PROJECT)

    (var / "static").mkdir(exist_ok=True)  # whitenoise warns where it is missing
    supervisor.start([child(service) for service in (*broker, services.mailbox(config))])
    prepared = prepare(supervisor, child(services.prepare(config)))
    supervisor.start([child(make(config)) for make in (services.beat, services.worker, services.web)])
    return summary.facts(config, prepared)


def choose_broker(var: Path) -> tuple[list[Service], str]:
    """The services of an embedded broker and its URL; none where REDIS_URL names a broker."""
    url = os.environ.get("REDIS_URL")
    if not url:
        service, url = embedded_broker(var / "broker")
        return [service], url
    if not redis_answers(url):
        raise DemoError("The Redis that REDIS_URL names does not answer. Start it, or unset REDIS_URL.")
    return [], url


def prepare(supervisor: Supervisor, child: Child) -> dict[str, object]:
    """Migrate and load the demo content, with progress."""
    step = supervisor.display.step(child.service.label)

    def show(output: str) -> None:
        if progress := steps.latest_progress(output):
            step.update(progress.done, progress.total, progress.note)

    result = steps.result(supervisor.run(child, show))
    step.done("ready")
    return result


if __name__ == "__main__":
    sys.exit(main())

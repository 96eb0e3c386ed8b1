"""Real programs beside a test: a broker, a Celery worker. Each ends with the test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import redis
from django.conf import settings
from django.db import connection

from cms.demo.runtime.broker import find_server
from cms.demo.runtime.ports import free_port

PROJECT = Path(__file__).resolve().parents[2]


def wait_until(met: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for ``met()``; fails with ``what`` when the time is up."""
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, f"After {seconds} s: {what}"
        time.sleep(0.05)


class Broker:
    """A Valkey server of the test's own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        command = [str(find_server()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = redis.Redis.from_url(self.url)
        wait_until(self.answers, 10, "the broker does not answer")

    def answers(self) -> bool:
        """Whether it is up."""
        with contextlib.suppress(redis.ConnectionError):
            return bool(self.client.ping())
        return False

    def close(self) -> None:
        """End it, also where it was stopped by a signal."""
        self.client.close()
        self.process.kill()
        self.process.wait()


def database_url() -> str:
    """The test database's address, for other processes."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    password = f":{quote(config['PASSWORD'])}" if config["PASSWORD"] else ""
    return f"postgres://{config['USER']}{password}@{config['HOST']}:{config['PORT']}/{config['NAME']}"


def environment(broker_url: str, smtp_port: int, **more: str) -> dict[str, str]:
    """The environment of a process that works on the test's database, broker and SMTP server."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "cms.settings.test"),
        "ANTENNE_VAR": str(settings.VAR_DIR),
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker_url,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(smtp_port),
        "ANTENNE_DOORBELL": "1",
        "ANTENNE_SWEEP_SECONDS": "1",
        "ANTENNE_LEASE_SECONDS": "3",
        **more,
    }


class Worker:
    """A Celery worker with two processes, and beat inside where ``beat`` is set."""

    def __init__(self, env: dict[str, str], log: Path, *, beat: bool = True) -> None:
        self.log = log
        schedule = ["-B", "-s", str(log.with_suffix(".beat"))] if beat else []
        command = [sys.executable, "-m", "celery", "-A", "tasks", "worker", "-Q", "celery,mail,social"]
        command += ["-c", "2", "-l", "info", "--without-gossip", "--without-mingle", *schedule]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=PROJECT, env=env, stdout=output, stderr=output, start_new_session=True
            )
        wait_until(lambda: " ready." in log.read_text(), 40, f"the worker is not ready, see {log}")

    def kill(self) -> None:
        """kill -9 of the worker and of all its processes, as when a machine goes down."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Beat:
    """Celery's clock alone, in a process group of its own."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        command = [sys.executable, "-m", "celery", "-A", "tasks", "beat", "-s", str(log.with_suffix(".db"))]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=PROJECT, env=env, stdout=output, stderr=output, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def worker(env: dict[str, str], log: Path, *, beat: bool = True) -> Iterator[Worker]:
    """A worker that ends with the block."""
    running = Worker(env, log, beat=beat)
    try:
        yield running
    finally:
        running.kill()

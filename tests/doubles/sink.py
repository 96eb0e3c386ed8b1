"""The bulk sink as a process beside a test or a measurement."""

from __future__ import annotations

import json
import smtplib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cms.demo.runtime.ports import free_port
from tests.doubles.bulk_sink import Behaviour, Counts

PROJECT = Path(__file__).resolve().parents[2]


class BulkSink:
    """A running sink; a context manager. Its ``port`` stays the same when it is started again."""

    def __init__(self, log: Path, **behaviour: Any) -> None:
        self.log = log
        self.port = free_port()
        self._behaviour = behaviour
        log.touch()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.doubles.bulk_sink", "--port", str(self.port)]
        command += ["--log", str(self.log)]
        self._process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        assert ready == b"ready\n", f"the sink did not start (exit {self._process.poll()})"
        # Open from the start, so that it is one of the connections at any time.
        self._control = smtplib.SMTP("127.0.0.1", self.port, timeout=10)
        self.behave(**self._behaviour)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        self._process.kill()
        self._process.communicate()

    def counts(self) -> Counts:
        """What has happened so far, without the connection that asks."""
        counts = Counts(**json.loads(self._ask("XCOUNT")))
        counts.connections -= 1
        counts.most_connections -= 1
        return counts

    def behave(self, **behaviour: Any) -> None:
        """Behave like this from now on."""
        self._ask(f"XBEHAVE {json.dumps(asdict(Behaviour(**behaviour)))}")

    def by_address(self) -> Counter[str]:
        """How often each address was written to."""
        return Counter(address for _, address in self.accepted())

    def accepted(self) -> Iterator[tuple[float, str]]:
        """(Unix time, address) of all that was accepted, in order."""
        with self.log.open(encoding="utf-8") as lines:
            for line in lines:
                moment, _, address = line.rstrip("\n").partition("\t")
                yield float(moment), address

    def _ask(self, command: str) -> str:
        code, reply = self._control.docmd(command)
        assert code == 250, f"the sink answered {code} to {command}"
        return reply.decode()

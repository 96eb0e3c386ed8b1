"""An end for a whole conversation, however slowly the other side talks."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType

LONGEST_WAIT = 10.0
"""Seconds for one answer."""


class Deadline:
    """Connections made through it break when ``seconds`` are over; use it as a context manager.

    A time limit for each read does not help against a server that sends a byte now and then. So a
    second handle on the connection shuts it down from outside, also in the middle of a TLS
    handshake, and whoever waits for it finds it closed.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._until = time.monotonic() + seconds
        self._handles: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        for handle in self._handles:
            handle.close()

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection that ends with the deadline. Raises ``OSError``."""
        left = self._until - time.monotonic()
        if left <= 0:
            self.passed = True
            raise TimeoutError
        connection = socket.create_connection((host, port), timeout=min(LONGEST_WAIT, left))
        self._handles.append(connection.dup())
        if self.passed:  # while it was being made
            self._shut()
        connection.settimeout(LONGEST_WAIT)
        return connection

    def _shut(self) -> None:
        self.passed = True
        for handle in self._handles:
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

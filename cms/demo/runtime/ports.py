"""Choosing ports on loopback."""

from __future__ import annotations

import socket
import time

from cms.demo.runtime.errors import DemoError

LOOPBACK = (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))


def is_free(port: int) -> bool:
    """Whether nothing answers at ``port`` of localhost (IPv4 or IPv6) and it can be bound."""
    # Binding alone proves nothing on macOS, where 127.0.0.1 may be bound beside 0.0.0.0.
    return not any(_answers(host, family, port) for host, family in LOOPBACK) and _can_bind(port)


def _answers(host: str, family: socket.AddressFamily, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.5)
            return probe.connect_ex((host, port)) == 0
    except OSError:
        return False  # no IPv6 here


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Any free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_number(text: str) -> int:
    """The number in ``text``; an error where it is no port that the demo may use."""
    port = int(text) if text.isascii() and text.isdigit() else -1
    if port != 0 and not 1024 <= port <= 65535:
        raise DemoError(f"PORT must be a number from 1024 to 65535 (or 0 for any free one), not {text!r}.")
    return port


def wanted_port(port: int, patience: float = 0) -> int:
    """``port``, or any free one where it is 0; an error where it stays taken for ``patience`` seconds."""
    if port == 0:
        return free_port()
    deadline = time.monotonic() + patience
    while not is_free(port):
        if time.monotonic() >= deadline:
            raise DemoError(
                f"Port {port} is taken by another program. Choose another: make demo PORT={port + 80}"
            )
        time.sleep(0.3)
    return port


def port_near(port: int) -> int:
    """``port`` if it is free, else any free one."""
    return port if port <= 65535 and is_free(port) else free_port()

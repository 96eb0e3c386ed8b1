"""Servers that talk to one visitor, badly."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def served(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one visitor, who is handed to ``talk``: its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            visitor, _ = listener.accept()
            with visitor, contextlib.suppress(OSError):
                talk(visitor)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def dripping(beginning: bytes) -> contextlib.AbstractContextManager[int]:
    """Sends ``beginning`` and then, for ten seconds at most, a byte every tenth of a second."""

    def drip(visitor: socket.socket) -> None:
        visitor.sendall(beginning)
        for _ in range(100):
            time.sleep(0.1)
            visitor.sendall(b"x")

    return served(drip)


def talking(*lines: bytes) -> contextlib.AbstractContextManager[int]:
    """Says ``lines`` in turn, the tag of what it was told in place of %s, and then quotes what it is told."""

    def talk(visitor: socket.socket) -> None:
        visitor.sendall(lines[0])
        with visitor.makefile("rb") as told:
            for line in lines[1:]:
                visitor.sendall(line.replace(b"%s", next(told).split()[0]))
            for words in told:
                tag, _, rest = words.strip().partition(b" ")
                if rest == b"AUTHENTICATE PLAIN":
                    visitor.sendall(b"+ \r\n")
                    rest = next(told).strip()
                visitor.sendall(tag + b" NO you said " + rest + b"\r\n")

    return served(talk)

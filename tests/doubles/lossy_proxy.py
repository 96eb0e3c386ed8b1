"""A TCP proxy that delivers a request and loses the reply."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit

WAIT_SECONDS = 10


class LossyProxy:
    """Forwards to ``target``. The replies to the next ``losses`` POST and PUT requests never arrive.

    Those after them are answered with what is in ``refusals`` (status, headers), and not forwarded.
    ``only`` narrows this down to requests with these bytes in their first line.
    """

    def __init__(self, target: str, only: bytes = b"") -> None:
        self._only = only
        self.refusals: list[tuple[int, dict[str, str]]] = []
        address = urlsplit(target)
        self._target = (address.hostname or "127.0.0.1", address.port or 80)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.losses = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections; closing alone would leave the thread waiting for one."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            self._relay(client)

    def _relay(self, client: socket.socket) -> None:
        with socket.create_connection(self._target, WAIT_SECONDS) as server:
            server.settimeout(WAIT_SECONDS)
            loses = threading.Event()
            threading.Thread(target=self._upstream, args=(client, server, loses), daemon=True).start()
            with contextlib.suppress(OSError):
                while reply := server.recv(65536):
                    # The server has answered, so it has done what was asked.
                    if loses.is_set():
                        client.shutdown(socket.SHUT_RDWR)
                        return
                    client.sendall(reply)

    def _upstream(self, client: socket.socket, server: socket.socket, loses: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while request := client.recv(65536):
                if self._is_meant(request) and self.refusals:
                    client.sendall(_refusal(*self.refusals.pop(0)))
                    client.shutdown(socket.SHUT_RDWR)
                    server.shutdown(socket.SHUT_RDWR)
                    return
                if self._is_meant(request) and self.losses:
                    self.losses -= 1
                    loses.set()
                server.sendall(request)

    def _is_meant(self, request: bytes) -> bool:
        line = request.partition(b"\r\n")[0]
        return line.startswith((b"POST", b"PUT")) and self._only in line


def _refusal(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} No", "Content-Length: 0", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()

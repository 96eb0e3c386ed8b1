"""The server of the example channel: keeps entries, asks for a token, refuses when told to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.doubles.lossy_proxy import LossyProxy

TOKEN = "logbook-secret-token"


class Logbook:
    """Entries by key, in the order in which they were written first."""

    def __init__(self, server: HTTPServer, proxy: LossyProxy) -> None:
        self.entries: dict[str, str] = {}
        self.refusals: list[Response] = []
        self.proxy = proxy
        self.url = proxy.url
        server.expect_request("/entries").respond_with_handler(self._book)
        server.expect_request(re.compile("/entries/.+")).respond_with_handler(self._entry)

    def _book(self, request: Request) -> Response:
        return self._refused(request) or Response(status=200)

    def _entry(self, request: Request) -> Response:
        key = request.path.removeprefix("/entries/")
        if refusal := self._refused(request):
            return refusal
        if request.method == "PUT":
            self.entries[key] = str(request.get_json()["text"])
        elif key not in self.entries:
            return Response(status=404)
        elif request.method == "DELETE":
            del self.entries[key]
        return Response(status=204)

    def _refused(self, request: Request) -> Response | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Response(status=401)
        return self.refusals.pop(0) if self.refusals and request.method == "PUT" else None


@contextmanager
def running(server: HTTPServer) -> Iterator[Logbook]:
    """A logbook behind a proxy that can lose replies."""
    proxy = LossyProxy(server.url_for(""))
    try:
        yield Logbook(server, proxy)
    finally:
        proxy.close()

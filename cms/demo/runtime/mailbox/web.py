"""The HTTP side: pages to read the mails, and ``messages.json`` for programs."""

from __future__ import annotations

import json
import re
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cms.demo.runtime.mailbox import pages
from cms.demo.runtime.mailbox.message import ParsedMail
from cms.demo.runtime.mailbox.smtp import HOST
from cms.demo.runtime.mailbox.store import MailStore, StoredMail

FILES = Path(__file__).with_name("static")
POLL_SECONDS = 0.05
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}
PAGE_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Mails carry inline styles. Their pictures may come from this computer only: a mail that is read
# here tells nobody.
MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: http://localhost:* http://127.0.0.1:*; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
NOTHING_CSP = "default-src 'none'; sandbox; frame-ancestors 'none'"
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


class MailboxHandler(BaseHTTPRequestHandler):
    """One request. Only loopback names are answered, so no foreign page can read along."""

    protocol_version = "HTTP/1.1"
    server: MailboxServer

    def do_GET(self) -> None:
        """Pages, ``messages.json``, one mail and its parts."""
        url = urlsplit(self.path)
        to = parse_qs(url.query).get("to", [""])[0]
        if not self._is_local():
            self._fail(HTTPStatus.MISDIRECTED_REQUEST)
        elif url.path == "/":
            self._page(pages.mail_list(self.server.store.list(to), to))
        elif url.path == "/messages.json":
            mails = [mail.to_json() for mail in self.server.store.list(to)]
            self._answer(json.dumps(mails, indent=1), "application/json", NOTHING_CSP)
        elif url.path == "/mailbox.css":
            self._answer((FILES / "mailbox.css").read_bytes(), "text/css", NOTHING_CSP)
        elif url.path == "/mailbox.js":
            self._answer((FILES / "mailbox.js").read_bytes(), "text/javascript", NOTHING_CSP)
        else:
            self._one_mail(url.path)

    do_HEAD = do_GET  # noqa: N815 -- http.server's name

    def do_POST(self) -> None:
        """``/clear`` empties the mailbox, for a form and for a program."""
        self._empty(urlsplit(self.path).path == "/clear")

    def do_DELETE(self) -> None:
        """``DELETE /messages.json`` empties the mailbox."""
        self._empty(urlsplit(self.path).path == "/messages.json")

    def _empty(self, known: bool) -> None:
        # What is sent along is not read, so this connection cannot be used again.
        self.close_connection = True
        if not self._is_local() or not self._is_own_page():
            self._fail(HTTPStatus.FORBIDDEN)
        elif not known:
            self._fail(HTTPStatus.NOT_FOUND)
        else:
            self.server.store.clear()
            self.send_response(HTTPStatus.SEE_OTHER)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _one_mail(self, path: str) -> None:
        found = re.fullmatch(r"/messages/([\w-]+)(\.eml|\.txt|/html|/parts/\d{1,4})?", path)
        mail = self.server.store.get(found[1]) if found else None
        if found is None or mail is None:
            self._fail(HTTPStatus.NOT_FOUND)
        else:
            self._show(mail, found[2] or "")

    def _show(self, mail: StoredMail, what: str) -> None:
        content = self.server.store.content(mail)
        if what == ".eml":
            self._answer(content, "message/rfc822", NOTHING_CSP)
        elif what == ".txt":
            self._answer(content, "text/plain", NOTHING_CSP)
        elif what == "/html":
            html = pages.framed_html(f"/messages/{mail.id}", ParsedMail(content))
            self._answer(html, "text/html", MAIL_CSP)
        elif what:
            self._part(ParsedMail(content), int(what.rpartition("/")[2]))
        else:
            self._page(pages.one_mail(mail, ParsedMail(content)))

    def _part(self, mail: ParsedMail, number: int) -> None:
        part = next((part for part in mail.attachments() if part.number == number), None)
        if part is None:
            self._fail(HTTPStatus.NOT_FOUND)
        else:
            # Anything but a plain picture could be a page of its own: it is for download only.
            kind = part.content_type if part.content_type in PICTURES else "application/octet-stream"
            self._answer(part.content, kind, NOTHING_CSP)

    def _is_local(self) -> bool:
        return re.sub(r":\d+$", "", self.headers.get("Host", "").lower()) in LOOPBACK_NAMES

    def _is_own_page(self) -> bool:
        """A browser says where a request comes from; a program says nothing."""
        origin = self.headers.get("Origin")
        return origin is None or origin == f"http://{self.headers.get('Host')}"

    def _page(self, html: str) -> None:
        self._answer(html, "text/html", PAGE_CSP)

    def _fail(self, status: HTTPStatus) -> None:
        self._answer(pages.page(status.phrase, f"<h1>{status.phrase}</h1>"), "text/html", PAGE_CSP, status)

    def _answer(
        self, content: str | bytes, content_type: str, csp: str, status: HTTPStatus = HTTPStatus.OK
    ) -> None:
        body = content.encode("utf-8", "replace") if isinstance(content, str) else content
        self.send_response(status)
        is_text = content_type.startswith("text/")
        self.send_header("Content-Type", f"{content_type}; charset=utf-8" if is_text else content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", csp)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a page that is polled every two seconds would fill the log."""


class MailboxServer(ThreadingHTTPServer):
    """The mailbox's HTTP server on loopback; port 0 takes any free port. ``with`` runs it in a thread."""

    daemon_threads = True

    def __init__(self, store: MailStore, port: int = 0) -> None:
        self.store = store
        super().__init__((HOST, port), MailboxHandler)

    @property
    def url(self) -> str:
        """Where it answers, ending in a slash."""
        return f"http://localhost:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no fault."""

    def __enter__(self) -> MailboxServer:
        threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

"""A mail provider on loopback: Mailgun's and Postmark's interfaces, as their documentation has them.

https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
https://postmarkapp.com/developer/api/email-api
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

MOST_RECIPIENTS = 1000
VARIABLE = re.compile(r"%recipient\.([^%]+)%")
CUT = "cut"
"""Take the request and hang up without an answer."""


@dataclass(frozen=True)
class Got:
    """One mail that the provider would send."""

    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    metadata: dict[str, str]
    sender: str
    options: dict[str, Any]


@dataclass
class FakeProvider:
    """What it was asked, and how it answers: ``answers`` are used up first, then all is well."""

    key: str = "key-secret"
    answers: list[Any] = field(default_factory=list)
    """``CUT``, (status, headers, JSON or text), or a function that is called with the request's mails."""
    always: Any = None
    bad: set[str] = field(default_factory=set)
    """Mailgun refuses a request whole where one of these is in it."""
    inactive: set[str] = field(default_factory=set)
    """Postmark does not write to these."""
    seconds: float = 0.0
    drip: float = 0.0
    """Seconds between two bytes of its answers."""
    mails: list[Got] = field(default_factory=list)
    """Taken, in order."""
    requests: list[tuple[str, int]] = field(default_factory=list)
    """(path, number of recipients) of everything that was asked."""
    port: int = 0

    def __enter__(self) -> FakeProvider:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"provider": self}))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def addresses(self) -> list[str]:
        """Whom it took mails for."""
        return [mail.to for mail in self.mails]

    def answer(self, path: str, headers: Any, body: bytes) -> Any:
        """(status, headers, JSON) for one request; ``CUT`` where there is none."""
        mailgun = path.endswith("/messages")
        mails = _mailgun_mails(body) if mailgun else [_postmark_mail(body)]
        self.requests.append((path, len(mails)))
        time.sleep(self.seconds)
        said = self.answers.pop(0) if self.answers else self.always
        if callable(said):
            said = said(mails)
        if said == CUT:
            self.mails += mails
        if said is not None:
            return said
        return (self._mailgun if mailgun else self._postmark)(headers, mails)

    def _mailgun(self, headers: Any, mails: list[Got]) -> tuple[int, dict[str, str], Any]:
        expected = base64.b64encode(f"api:{self.key}".encode()).decode()
        if headers.get("Authorization") != f"Basic {expected}":
            return 401, {}, "Forbidden"
        if len(mails) > MOST_RECIPIENTS or {mail.to for mail in mails} & self.bad:
            return 400, {}, {"message": "'to' parameter is not a valid address. please check documentation"}
        self.mails += mails
        return 200, {}, {"id": f"<{len(self.requests)}.mailgun@example.org>", "message": "Queued. Thank you."}

    def _postmark(self, headers: Any, mails: list[Got]) -> tuple[int, dict[str, str], Any]:
        if headers.get("X-Postmark-Server-Token") != self.key:
            return 401, {}, {"ErrorCode": 10, "Message": "No Account or Server API tokens were supplied"}
        (mail,) = mails
        if mail.to in self.inactive:
            words = f"Found inactive addresses: {mail.to}. Inactive recipients are ones that have bounced."
            return 422, {}, {"ErrorCode": 406, "Message": words}
        self.mails.append(mail)
        said = {"To": mail.to, "MessageID": f"id-{len(self.mails)}", "ErrorCode": 0, "Message": "OK"}
        return 200, {}, said


def _mailgun_mails(body: bytes) -> list[Got]:
    """One mail per recipient, with its variables put in, as Mailgun does."""
    fields = parse_qs(body.decode(), keep_blank_values=True)
    people = fields["to"]
    variables = json.loads(fields.get("recipient-variables", ["{}"])[0])
    if len(people) > 1 and not variables:
        raise AssertionError("Everybody would see everybody")
    return [_mailgun_mail(fields, to, variables.get(to, {})) for to in people]


def _mailgun_mail(fields: dict[str, list[str]], to: str, own: dict[str, str]) -> Got:
    def filled(name: str) -> str:
        put: Callable[[re.Match[str]], str] = lambda found: str(own[found[1]])  # noqa: E731
        return VARIABLE.sub(put, fields.get(name, [""])[0])

    def beginning(prefix: str) -> dict[str, str]:
        return {name.removeprefix(prefix): filled(name) for name in fields if name.startswith(prefix)}

    texts = (filled("subject"), filled("text"), filled("html"))
    return Got(to, *texts, beginning("h:"), beginning("v:"), filled("from"), beginning("o:"))


def _postmark_mail(body: bytes) -> Got:
    said = json.loads(body)
    headers = {header["Name"]: header["Value"] for header in said.get("Headers", [])}
    texts = (said["Subject"], said["TextBody"], said.get("HtmlBody", ""))
    options = {name: said.get(name) for name in ("TrackOpens", "TrackLinks", "MessageStream")}
    return Got(said["To"], *texts, headers, said.get("Metadata", {}), said["From"], options)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: FakeProvider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.provider.answer(self.path, self.headers, body)
        if answer == CUT:
            self.close_connection = True
            return
        status, headers, said = answer
        raw = (said if isinstance(said, str) else json.dumps(said)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(said, str) else "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for number in range(len(raw)):
            time.sleep(self.provider.drip)
            self.wfile.write(raw[number : number + 1])

    def do_GET(self) -> None:
        self.provider.requests.append((f"GET {self.path}", 0))
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Nothing."""

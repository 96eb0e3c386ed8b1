"""The demo's mailbox as programs and browsers meet it: real SMTP in, HTTP out."""

from __future__ import annotations

import http.client
import json
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from cms.demo.runtime.mailbox import MailboxServer, MailServer, MailStore

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> MailStore:
    return MailStore(tmp_path / "mailbox")


@pytest.fixture
def smtp(store: MailStore) -> Iterator[MailServer]:
    with MailServer(store, max_bytes=20_000) as server:
        yield server


@pytest.fixture
def web(store: MailStore) -> Iterator[MailboxServer]:
    with MailboxServer(store) as server:
        yield server


def make_mail(to: str = "anna@example.org", subject: str = "Guten Tag", text: str = "Hallo") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Antenne <antenne@example.org>", to, subject
    mail.set_content(text)
    return mail


def send(server: MailServer, *mails: EmailMessage) -> None:
    with smtplib.SMTP(server.hostname, server.port, timeout=10) as client:
        for mail in mails:
            client.send_message(mail)


def ask(
    server: MailboxServer, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): v for name, v in headers.items()})
        response = connection.getresponse()
        return response, response.read().decode("utf-8", "replace")
    finally:
        connection.close()


def messages(server: MailboxServer, query: str = "") -> list[dict[str, Any]]:
    return list(json.loads(ask(server, f"/messages.json{query}")[1]))


def test_a_mail_appears_with_decoded_headers_and_as_it_came(smtp: MailServer, web: MailboxServer) -> None:
    send(smtp, make_mail(subject="Städtepartnerschaft – jumelage à Gerlingen"))
    (found,) = messages(web)
    assert found["subject"] == "Städtepartnerschaft – jumelage à Gerlingen"
    assert (found["from"], found["to"]) == ("Antenne <antenne@example.org>", "anna@example.org")
    assert found["received"].endswith("+00:00")
    source = ask(web, f"/messages/{found['id']}.eml")[1]
    assert len(source.encode()) == found["size"]
    assert "Hallo" in source


def test_the_list_is_newest_first_and_filters_by_recipient(smtp: MailServer, web: MailboxServer) -> None:
    send(smtp, make_mail("anna@example.org", "1"), make_mail("joanna@example.org", "2"))
    send(smtp, make_mail("Anna@example.org", "3"))
    assert [mail["subject"] for mail in messages(web)] == ["3", "2", "1"]
    assert [mail["subject"] for mail in messages(web, "?to=anna@example.org")] == ["3", "1"]
    assert [mail["subject"] for mail in messages(web, "?to=joanna")] == ["2"]
    page = ask(web, "/?to=joanna@example.org")[1]
    assert "1 mail to" in page
    assert ">3<" not in page


def test_the_envelope_decides_who_got_a_mail(smtp: MailServer, web: MailboxServer) -> None:
    with smtplib.SMTP(smtp.hostname, smtp.port) as client:
        client.sendmail("a@example.org", ["b@example.org", "c@example.org"], b"To: all@example.org\r\n\r\nHi")
    (found,) = messages(web, "?to=c@example.org")
    assert (found["to"], found["header_to"]) == ("b@example.org, c@example.org", "all@example.org")


def test_a_mail_over_the_limit_is_refused(smtp: MailServer, store: MailStore) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        send(smtp, make_mail(text="x" * 70 + "\n" + ("y" * 70 + "\n") * 400))
    assert refused.value.smtp_code == 552
    assert store.list() == []


def test_many_sessions_at_once_lose_nothing(smtp: MailServer, store: MailStore) -> None:
    def session(number: int) -> None:
        send(smtp, *(make_mail(f"r{number}-{n}@example.org") for n in range(10)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(session, range(8)))
    assert len({mail.to for mail in store.list()}) == 80


def test_mails_survive_a_restart_and_a_torn_line_does_not_hurt(tmp_path: Path) -> None:
    store = MailStore(tmp_path)
    kept = store.add(b"Subject: kept\r\n\r\n", ["a@example.org"])
    with (tmp_path / "index.jsonl").open("a") as index:
        index.write('{"id": "half')
    again = MailStore(tmp_path)
    assert again.list() == [kept]
    again.add(b"Subject: next\r\n\r\n", ["a@example.org"])
    assert [mail.subject for mail in MailStore(tmp_path).list()] == ["next", "kept"]


def test_a_hostile_mail_is_shown_as_text_and_its_html_is_locked_in(
    smtp: MailServer, web: MailboxServer
) -> None:
    mail = make_mail(subject="<script>alert(1)</script>", text="see https://example.org/?a=1&b=<b>.")
    mail.add_alternative("<html><head></head><body><script>alert(2)</script></body></html>", subtype="html")
    send(smtp, mail)
    mail_id = messages(web)[0]["id"]
    response, page = ask(web, f"/messages/{mail_id}")
    assert "<script>alert" not in page + ask(web, "/")[1]
    assert 'href="https://example.org/?a=1&amp;b="' in page
    assert 'sandbox="allow-popups' in page
    assert "'unsafe" not in str(response.getheader("Content-Security-Policy"))
    framed, html = ask(web, f"/messages/{mail_id}/html")
    policy = str(framed.getheader("Content-Security-Policy"))
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert "default-src 'none'" in policy
    assert '<head><base target="_blank">' in html


def test_attachments_are_for_download_and_pictures_are_shown(smtp: MailServer, web: MailboxServer) -> None:
    mail = make_mail()
    mail.add_alternative('<img src="cid:logo@x">', subtype="html")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", cid="<logo@x>")
    mail.add_attachment("<script></script>", subtype="html", filename="page.html")
    send(smtp, mail)
    base = f"/messages/{messages(web)[0]['id']}"
    assert "page.html" in ask(web, base)[1]
    assert f'<img src="{base}/parts/2">' in ask(web, f"{base}/html")[1]
    assert ask(web, f"{base}/parts/2")[0].getheader("Content-Type") == "image/png"
    assert ask(web, f"{base}/parts/3")[0].getheader("Content-Type") == "application/octet-stream"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: =?utf-8?b?not base64?=\r\nFrom: =?no-such-charset?q?x?=\r\n\r\n",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xe9",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        "Subject: Köln\r\n\r\nroh".encode("latin-1"),
    ],
)
def test_a_malformed_mail_is_shown_all_the_same(store: MailStore, web: MailboxServer, content: bytes) -> None:
    mail = store.add(content, ["a@example.org"])
    for path in ("/", f"/messages/{mail.id}", f"/messages/{mail.id}.txt"):
        assert ask(web, path)[0].status == 200


def test_only_post_or_delete_from_its_own_page_empties_it(store: MailStore, web: MailboxServer) -> None:
    store.add(b"", ["a@example.org"])
    assert ask(web, "/clear")[0].status == 404
    assert ask(web, "/clear", "POST", Origin="https://evil.example")[0].status == 403
    assert len(store.list()) == 1
    assert ask(web, "/clear", "POST", Origin=f"http://127.0.0.1:{web.server_port}")[0].status == 303
    assert store.list() == []
    store.add(b"", ["a@example.org"])
    assert ask(web, "/messages.json", "DELETE")[0].status == 303
    assert MailStore(store.directory).list() == []


def test_foreign_host_names_and_unknown_paths_get_nothing(store: MailStore, web: MailboxServer) -> None:
    store.add(b"Subject: secret\r\n\r\n", ["a@example.org"])
    response, page = ask(web, "/", Host="rebound.example")
    assert response.status == 421
    assert "secret" not in page
    for path in ("/messages/nothing", "/messages/../store.py", "/messages/x.eml", "/etc/passwd"):
        assert ask(web, path)[0].status == 404


def test_it_runs_as_a_process_without_django(tmp_path: Path) -> None:
    check = "import sys, cms.demo.runtime.mailbox; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=PROJECT, check=False).returncode == 0
    command = [sys.executable, "-m", "cms.demo.runtime.mailbox", "--smtp-port", "0", "--http-port", "0"]
    with subprocess.Popen(
        [*command, "--dir", str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split(",")[0].rpartition(":")[2]
        with smtplib.SMTP("127.0.0.1", int(address), timeout=10) as client:
            client.send_message(make_mail())
        process.terminate()
        assert process.wait(10) == 0
    assert [mail.to for mail in MailStore(tmp_path).list()] == ["anna@example.org"]


def test_subject_keeps_its_no_break_spaces(store: MailStore, smtp: MailServer) -> None:
    with smtplib.SMTP("127.0.0.1", smtp.port) as client:
        client.send_message(make_mail(subject="Barcamp\u00a0: échanges"))
    assert store.list()[0].subject == "Barcamp\u00a0: échanges"

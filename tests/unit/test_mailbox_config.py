"""ANTENNE_BOUNCE_MAILBOX: what it means, what is wrong with it, and who never sees its password."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.views.debug import get_exception_reporter_filter

from tasks import celeryconfig, outbox
from tasks.checks import bounce_mailbox_can_be_used
from tasks.health import bounces_are_read
from tasks.newsletter.returns.mailbox.config import MailboxConfig, configured_mailbox
from tasks.newsletter.returns.mailbox.state import EVERY
from tasks.tasks import read_bounces_task

URL = "imaps://bounces%40example.org:p%40ss%2Fw%C3%B6rd@mail.example.org/INBOX.Retours"


def test_all_parts_are_read(settings) -> None:
    settings.ANTENNE_BOUNCE_MAILBOX = URL
    assert configured_mailbox() == MailboxConfig(
        "mail.example.org", 993, "bounces@example.org", "p@ss/wörd", "INBOX.Retours", "tls"
    )
    assert bounce_mailbox_can_be_used() == []


@pytest.mark.parametrize(
    ("url", "port", "folder", "security"),
    [
        ("imaps://u:p@mail.example.org", 993, "INBOX", "tls"),
        ("imaps://u:p@mail.example.org:9993/Gel%C3%B6scht", 9993, "Gelöscht", "tls"),
        ("imap://u:p@mail.example.org/", 143, "INBOX", "starttls"),
        ("imap://u:p@localhost", 143, "INBOX", ""),
        ("imap://u:p@[::1]:1143", 1143, "INBOX", ""),
        ("imaps://u:p@127.0.0.1", 993, "INBOX", "tls"),
    ],
)
def test_what_is_left_out_is_usual_and_safe(
    settings, url: str, port: int, folder: str, security: str
) -> None:
    settings.ANTENNE_BOUNCE_MAILBOX = url
    found = configured_mailbox()
    assert found
    assert (found.port, found.folder, found.security) == (port, folder, security)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("pop3s://u:p0mme@host", "imaps://"),
        ("imaps://host/INBOX", "imaps://user:password@host/FOLDER"),
        ("imaps://u:p0/mme@host/INBOX", "%2F for /"),
        ("imaps://u:p0#mme@host/INBOX", "%23 for #"),
        ("imaps://u:p0?mme@host/INBOX", "%3F for ?"),
        ("imaps://u@host/", "a user, a password and a host"),
        ("imaps://:p0mme@host/", "a user, a password and a host"),
        ("imaps://u:p0mme@/INBOX", "a user, a password and a host"),
        ("imaps://u:p0mme@host:99999/", "port"),
        ("imaps://u:p0mme@host:imap/", "port"),
        ("imaps://u:p0mme@[host/", "no URL"),
        ("imaps://u:p0mme%0d%0aX@host/", "control characters"),
        ("imaps://u:p0mme@host/?verify=no", "unknown options: verify"),
        ("imaps://u:p0mme@host/?ca=/nowhere.pem", "/nowhere.pem that cannot be read: No such file"),
    ],
)
def test_check_says_what_is_wrong_and_never_the_password(settings, url: str, says: str) -> None:
    settings.ANTENNE_BOUNCE_MAILBOX = url
    [error] = bounce_mailbox_can_be_used()
    assert error.id == "tasks.E011"
    assert says in error.msg
    with pytest.raises(ImproperlyConfigured):
        configured_mailbox()
    with pytest.raises(CommandError) as ended:
        call_command("bounces", "read")
    assert ended.value.returncode == 78
    assert "p0" not in f"{error}{ended.value}"
    assert "mme" not in f"{error}{ended.value}"


def test_certificates_that_are_none_are_named(settings, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("SECRET-WORD")
    settings.ANTENNE_BOUNCE_MAILBOX = f"imaps://u:p@host/?ca={tmp_path / 'ca.pem'}"
    [error] = bounce_mailbox_can_be_used()
    assert "ca.pem that cannot be read" in error.msg
    assert "SECRET-WORD" not in error.msg


def test_a_setting_that_is_wrong_ends_no_worker(settings, caplog) -> None:
    settings.ANTENNE_BOUNCE_MAILBOX = "imaps://u:p0mme@host:imap/"
    read_bounces_task()
    assert "Bounces cannot be read: ANTENNE_BOUNCE_MAILBOX names a port" in caplog.text
    assert not outbox.bounces(5)
    assert "names a port" in str(bounces_are_read())
    assert "p0mme" not in f"{caplog.text}{bounces_are_read()}"


def test_without_a_mailbox_nothing_is_asked(settings, django_assert_num_queries, db) -> None:
    settings.ANTENNE_BOUNCE_MAILBOX = ""
    with django_assert_num_queries(0):
        assert not outbox.bounces(5)
        read_bounces_task()
    with pytest.raises(CommandError, match="ANTENNE_BOUNCE_MAILBOX is not set"):
        call_command("bounces", "read")


def test_no_error_page_shows_the_password(settings) -> None:
    settings.ANTENNE_BOUNCE_MAILBOX = URL
    settings.ANTENNE_RELAYS = ["smtps://u:p%40ss@relay.example.org"]
    settings.REDIS_URL = "redis://:p%40ss@127.0.0.1:1/0"
    request = RequestFactory().get("/", ANTENNE_BOUNCE_MAILBOX=URL, DATABASE_URL="postgres://u:p%40ss@db/x")
    shown = get_exception_reporter_filter(request)
    text = f"{shown.get_safe_settings()}{shown.get_safe_request_meta(request)}"
    assert "ANTENNE_BOUNCE_MAILBOX" in text
    assert "p%40ss" not in text
    assert "p@ss" not in repr(configured_mailbox())


def test_beat_rings_only_where_there_is_a_mailbox(settings) -> None:
    settings.ANTENNE_BOUNCE_MAILBOX = ""
    assert "read_bounces" not in run_path(celeryconfig.__file__)["beat_schedule"]
    settings.ANTENNE_BOUNCE_MAILBOX = URL
    entry = run_path(celeryconfig.__file__)["beat_schedule"]["read_bounces"]
    assert (entry["task"], entry["schedule"]) == (read_bounces_task.name, EVERY.total_seconds())

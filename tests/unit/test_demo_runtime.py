"""The pieces of the demo's supervisor: what the children are told, what people and programs are told."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cms.demo.runtime import services, steps, summary
from cms.demo.runtime.__main__ import main
from cms.demo.runtime.broker import write_config
from cms.demo.runtime.config import PROJECT, DemoConfig, var_directory
from cms.demo.runtime.display import Display
from cms.demo.runtime.errors import DemoError
from cms.demo.runtime.lock import only_one
from cms.demo.runtime.ready import http_answers, logged, redis_answers, smtp_greets
from cms.demo.runtime.reset import delete_demo_data

PREPARED: dict[str, Any] = {
    "username": "editor",
    "password": "[secret]",
    "drafts": [{"title": "BarCamp [1]", "language": "de", "page_id": 5, "edit_url": "/admin/pages/5/edit/"}],
}


@pytest.fixture
def config(tmp_path: Path) -> DemoConfig:
    return DemoConfig(tmp_path, port=8100, mailbox_port=8125, smtp_port=8126, redis_url="redis://broker")


def test_the_children_send_their_mail_nowhere_else(config: DemoConfig) -> None:
    outside = {
        "EMAIL_HOST": "relay.example.org",
        "EMAIL_HOST_FILE": "/run/secrets/relay",
        "EMAIL_USE_TLS": "1",
        "DJANGO_SETTINGS_MODULE": "cms.settings.production",
        "PATH": "/bin",
    }
    inside = config.environment(outside)
    assert (inside["EMAIL_HOST"], inside["EMAIL_PORT"], inside["EMAIL_USE_TLS"]) == ("127.0.0.1", "8126", "0")
    assert "EMAIL_HOST_FILE" not in inside
    assert inside["DJANGO_SETTINGS_MODULE"] == "cms.settings.demo"
    assert (inside["REDIS_URL"], inside["ANTENNE_URL"]) == ("redis://broker", "http://localhost:8100")
    assert (inside["ANTENNE_VAR"], inside["PATH"]) == (str(config.var), "/bin")


def test_every_service_listens_on_loopback_only(config: DemoConfig, tmp_path: Path) -> None:
    assert "--bind 127.0.0.1:8100" in " ".join(services.web(config).command)
    broker = write_config(tmp_path / "broker", 7000, "secret")
    assert "bind 127.0.0.1\nport 7000\nrequirepass secret\n" in broker.read_text()
    assert broker.stat().st_mode & 0o077 == 0


def test_the_directory_is_the_one_of_the_settings(tmp_path: Path) -> None:
    assert var_directory({}) == PROJECT / "var"
    assert var_directory({"ANTENNE_VAR": str(tmp_path)}) == tmp_path


def test_the_summary_for_programs_has_absolute_addresses_and_is_private(config: DemoConfig) -> None:
    path = config.var / "demo.json"
    summary.write(path, summary.facts(config, PREPARED))
    written = json.loads(path.read_text())
    assert written["site"] == "http://localhost:8100/"
    assert written["admin"] == "http://localhost:8100/admin/"
    assert written["mailbox"] == "http://localhost:8125/"
    assert written["smtp"] == "127.0.0.1:8126"
    assert written["drafts"][0]["edit_url"] == "http://localhost:8100/admin/pages/5/edit/"
    assert path.stat().st_mode & 0o077 == 0


def test_the_summary_for_people_says_where_and_what_to_try(config: DemoConfig) -> None:
    output = io.StringIO()
    summary.show(Console(file=output, width=60), summary.facts(config, PREPARED))
    text = output.getvalue()
    for part in (
        "http://localhost:8100/admin/",
        "http://localhost:8125/",
        "editor",
        "[secret]",
        "BarCamp [1]",
    ):
        assert part in text
    assert summary.TRY in text


def test_the_summary_says_so_where_every_draft_is_published(config: DemoConfig) -> None:
    output = io.StringIO()
    summary.show(Console(file=output, width=60), summary.facts(config, {**PREPARED, "drafts": []}))
    assert "make demo-reset brings the drafts back" in output.getvalue()


def test_progress_is_read_from_among_other_output() -> None:
    output = "\n".join(["noise", steps.Progress(3, 9, "migrations").line(), "@demo {half"])
    assert steps.latest_progress(output) == steps.Progress(3, 9, "migrations")
    assert steps.latest_progress("nothing yet") is None
    assert steps.result(f"noise\n{steps.result_line(PREPARED)}\n") == PREPARED


def test_plain_output_has_no_control_characters() -> None:
    output = io.StringIO()
    with Display(Console(file=output)) as display:
        step = display.step("Database")
        step.update(1, 2, "migrations")
        step.done("ready")
    assert output.getvalue() == "Database …\nDatabase: ready (0 s)\n"


def test_a_second_demo_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(DemoError, match="already runs") as raised, only_one(tmp_path):
        pytest.fail("the lock was given twice")
    assert "\n" not in str(raised.value)
    with only_one(tmp_path):
        assert (tmp_path / "demo.lock").exists()


def test_a_directory_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DemoError, match=r"^The demo cannot write to [^\n]*$"),
        only_one(tmp_path / "file" / "var"),
    ):
        pytest.fail("there is no such directory")


def test_reset_deletes_the_demo_and_nothing_else(tmp_path: Path) -> None:
    for name in ("db.sqlite3", "db.sqlite3-wal", "demo-password", "mine.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "mailbox").mkdir()
    assert delete_demo_data(tmp_path) == ["db.sqlite3", "db.sqlite3-wal", "demo-password", "mailbox"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--port", "abc"]])
def test_a_fault_is_one_line_and_a_nonzero_exit(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTENNE_VAR", str(tmp_path))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert main(arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_unreachable_redis_url_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTENNE_VAR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert main(["--port", "0"]) == 1
    assert "REDIS_URL names does not answer" in capsys.readouterr().err
    assert not (tmp_path / "demo.json").exists()


def test_nothing_answers_where_nothing_runs() -> None:
    assert not http_answers("http://localhost:1/")
    assert not smtp_greets(1)
    assert not redis_answers("redis://127.0.0.1:1/0")
    assert not redis_answers("nonsense://")


def test_a_worker_is_ready_when_its_log_says_so(config: DemoConfig) -> None:
    ready = services.worker(config).ready
    assert not ready("[INFO/MainProcess] Connected to redis\n")
    assert ready("[INFO/MainProcess] mingle: all alone\n[INFO/MainProcess] demo-8100@host ready.\n")
    assert logged(r"^b$", "a\nb\nc")


def test_the_supervisor_does_without_django() -> None:
    check = "import sys, cms.demo.runtime.__main__; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=PROJECT, check=False).returncode == 0

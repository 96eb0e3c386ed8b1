"""Reading the environment: values, defaults, secrets from files, and faults all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cms.env import Environment


def test_text_prefers_the_file_that_a_secret_stands_in(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from file\n")
    env = Environment({"KEY": "plain", "KEY_FILE": str(secret), "OTHER": "plain"})
    assert (env.text("KEY"), env.text("OTHER"), env.text("MISSING", "default")) == (
        "from file",
        "plain",
        "default",
    )


def test_a_secret_file_that_cannot_be_read_is_a_fault() -> None:
    env = Environment({"KEY_FILE": "/does/not/exist"})
    assert env.text("KEY", "default") == "default"
    assert "KEY_FILE cannot be read" in env.faults[0]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False), ("", False)],
)
def test_a_flag_understands_the_usual_words(raw: str, expected: bool) -> None:
    env = Environment({"FLAG": raw})
    assert env.flag("FLAG", default=not expected) is expected
    assert env.faults == []


def test_a_missing_flag_takes_its_default() -> None:
    assert Environment({}).flag("FLAG", True) is True
    assert Environment({}).flag("FLAG") is False


@pytest.mark.parametrize(
    ("name", "fault"), [("FLAG", "must be 1 or 0"), ("NUMBER", "must be a whole number")]
)
def test_a_value_of_the_wrong_kind_is_a_fault_and_not_an_exception(name: str, fault: str) -> None:
    env = Environment({"FLAG": "perhaps", "NUMBER": "many"})
    assert env.flag("FLAG") is False
    assert env.integer("NUMBER", 7) == 7
    assert any(line.startswith(name) and fault in line for line in env.faults)


def test_words_are_parted_by_commas_without_empty_ones() -> None:
    assert Environment({"HOSTS": " a.example , ,b.example,"}).words("HOSTS") == ["a.example", "b.example"]


def test_what_begins_alike_is_read_together(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from file\n")
    env = Environment({"MAIL_KEY_FILE": str(secret), "MAIL_URL": "plain", "OTHER": "x"})
    assert env.beginning_with("MAIL_") == {"KEY": "from file", "URL": "plain"}


def test_all_faults_are_raised_together_and_each_once() -> None:
    env = Environment({"NUMBER": "x"})
    env.required("SECRET", "sessions are signed with it")
    for _ in range(2):
        env.integer("NUMBER", 1)
    with pytest.raises(ImproperlyConfigured) as raised:
        env.raise_for_faults()
    assert str(raised.value).splitlines()[1:] == [
        "  - SECRET is missing: sessions are signed with it",
        "  - NUMBER must be a whole number, not 'x'",
    ]


def test_nothing_is_raised_without_a_fault() -> None:
    env = Environment({"SECRET": "x"})
    assert env.required("SECRET", "why") == "x"
    env.raise_for_faults()

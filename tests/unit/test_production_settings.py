"""Production refuses to start incomplete or insecure, and says why in one line per fault."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

PROJECT = Path(__file__).resolve().parents[2]
SETTINGS = PROJECT / "cms" / "settings"
RANDOM = "".join(chr(33 + (n * 37) % 90) for n in range(60)).replace(",", ".")
READERS = {"text", "required", "flag", "integer", "words"}


def complete(tmp_path: Path) -> dict[str, str]:
    """An environment that production accepts."""
    return {
        "SECRET_KEY": RANDOM,
        "ALLOWED_HOSTS": "antenne.example.org",
        "ANTENNE_URL": "https://antenne.example.org",
        "ANTENNE_ENCRYPTION_KEYS": RANDOM[::-1],
        "ANTENNE_HASH_KEY": RANDOM[10:],
        "DATABASE_URL": "postgres://antenne:secret@127.0.0.1:1/antenne",
        "REDIS_URL": "redis://:secret@127.0.0.1:1/0",
        "EMAIL_HOST": "relay.example.org",
        "EMAIL_HOST_USER": "antenne",
        "EMAIL_HOST_PASSWORD": "secret",
        "EMAIL_USE_TLS": "1",
        "DEFAULT_FROM_EMAIL": "Antenne <news@antenne.example.org>",
        "MEDIA_ROOT": str(tmp_path),
        "ANTENNE_VAR": str(tmp_path),
    }


def load(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> dict[str, Any]:
    """Run the settings module anew with exactly these of its variables."""
    for name in names_read():
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "cms.settings.base", raising=False)
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
    return runpy.run_path(str(SETTINGS / "production.py"))


def names_read() -> set[str]:
    """Every variable that a settings module reads through ``env``."""
    calls = [
        node
        for path in SETTINGS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS
    ]
    constants = [call.args[0] for call in calls if call.args]
    return {str(name.value) for name in constants if isinstance(name, ast.Constant)}


def documented() -> set[str]:
    """The variables in the tables of docs/settings.md that concern the settings modules."""
    text = (PROJECT / "docs" / "settings.md").read_text().split("## Variables of make")[0]
    return set(re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE))


def test_a_complete_environment_is_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(monkeypatch, complete(tmp_path))
    assert settings.get("DEBUG", False) is False
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["CSRF_COOKIE_SECURE"]
    assert settings["ANTENNE_UNDO_SECONDS"] == 120
    assert settings["ANTENNE_HASH_KEY"] == RANDOM[10:]
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.postgresql"
    assert "SECURE_PROXY_SSL_HEADER" not in settings


def test_the_proxy_header_is_trusted_only_when_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(monkeypatch, {**complete(tmp_path), "ANTENNE_BEHIND_PROXY": "1"})
    assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "ANTENNE_URL",
        "ANTENNE_ENCRYPTION_KEYS",
        "ANTENNE_HASH_KEY",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_HOST",
        "DEFAULT_FROM_EMAIL",
        "MEDIA_ROOT",
    ],
)
def test_each_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    variables = complete(tmp_path)
    del variables[name]
    with pytest.raises(ImproperlyConfigured) as raised:
        load(monkeypatch, variables)
    (fault,) = str(raised.value).splitlines()[1:]
    assert fault.startswith(f"  - {name} is missing: ")


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY must be random"),
        ("SECRET_KEY", "a" * 60, "SECRET_KEY must be random"),
        ("SECRET_KEY", "django-insecure-" + RANDOM, "SECRET_KEY must be random"),
        ("ANTENNE_ENCRYPTION_KEYS", f"{RANDOM},short", "ANTENNE_ENCRYPTION_KEYS must be random"),
        ("ANTENNE_HASH_KEY", RANDOM[:31], "ANTENNE_HASH_KEY must be random"),
        ("ANTENNE_HASH_KEY", "a" * 60, "ANTENNE_HASH_KEY must be random"),
        ("ALLOWED_HOSTS", "antenne.example.org,*", "ALLOWED_HOSTS must name the hosts"),
        ("ANTENNE_URL", "http://antenne.example.org", "ANTENNE_URL must be an https address"),
        ("ANTENNE_URL", "https://antenne.example.org/cms", "ANTENNE_URL must be an https address"),
        ("ANTENNE_URL", "https://other.example.org", "which is not among ALLOWED_HOSTS"),
        ("DATABASE_URL", "sqlite:////tmp/db", "DATABASE_URL must name a PostgreSQL database"),
        ("DATABASE_URL", "nonsense://x", "DATABASE_URL cannot be understood"),
        ("REDIS_URL", "amqp://localhost", "REDIS_URL must begin with"),
        ("EMAIL_USE_TLS", "0", "the relay's password would go in clear text"),
        ("EMAIL_USE_SSL", "1", "exclude each other"),
        ("EMAIL_PORT", "smtp", "EMAIL_PORT must be a whole number"),
        ("DEFAULT_FROM_EMAIL", "Antenne", "DEFAULT_FROM_EMAIL must be an address"),
        ("MEDIA_ROOT", "media", "MEDIA_ROOT must be an existing, writable directory"),
        ("MEDIA_ROOT", "/does/not/exist", "MEDIA_ROOT must be an existing, writable directory"),
        ("SECURE_HSTS_SECONDS", "0", "SECURE_HSTS_SECONDS must be at least"),
        ("LOG_LEVEL", "chatty", "LOG_LEVEL must be one of"),
        ("ANTENNE_BEHIND_PROXY", "perhaps", "ANTENNE_BEHIND_PROXY must be 1 or 0"),
    ],
)
def test_each_wrong_value_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, fault: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as raised:
        load(monkeypatch, {**complete(tmp_path), name: value})
    (line,) = str(raised.value).splitlines()[1:]
    assert fault in line
    assert sys.tracebacklimit == 0


def test_a_subdomain_of_a_dotted_host_is_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(monkeypatch, {**complete(tmp_path), "ALLOWED_HOSTS": ".example.org"})
    assert settings["WAGTAILADMIN_BASE_URL"] == "https://antenne.example.org"


def test_with_a_provider_no_relay_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without = {name: value for name, value in complete(tmp_path).items() if not name.startswith("EMAIL_")}
    provider = {"ANTENNE_MAIL_PROVIDER": "Mailgun", "ANYMAIL_MAILGUN_API_KEY": "secret"}
    settings = load(monkeypatch, {**without, **provider})
    assert settings["EMAIL_BACKEND"] == "anymail.backends.mailgun.EmailBackend"
    assert settings["ANYMAIL"]["MAILGUN_API_KEY"] == "secret"
    assert settings["ANYMAIL"]["SEND_DEFAULTS"] == {"track_opens": False, "track_clicks": False}


def check_deploy(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in names_read()}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT,
        env={**clean, **variables, "DJANGO_SETTINGS_MODULE": "cms.settings.production"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_has_nothing_to_say(tmp_path: Path) -> None:
    checked = check_deploy(complete(tmp_path))
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_the_deployment_check_names_what_a_provider_lacks(tmp_path: Path) -> None:
    checked = check_deploy({**complete(tmp_path), "ANTENNE_MAIL_PROVIDER": "mailgun"})
    assert checked.returncode != 0
    assert "ANYMAIL_MAILGUN_API_KEY is missing" in checked.stderr


def test_an_empty_environment_gets_all_faults_at_once_and_no_traceback() -> None:
    checked = check_deploy({})
    assert checked.returncode != 0
    assert "Traceback" not in checked.stderr
    faults = [line for line in checked.stderr.splitlines() if line.startswith("  - ")]
    assert len(faults) == len(set(faults)) == 10


def test_every_variable_is_documented_and_no_other() -> None:
    assert documented() == names_read()


def test_the_example_environment_names_known_variables_and_all_required_ones(tmp_path: Path) -> None:
    text = (PROJECT / ".env.example").read_text()
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", text, re.MULTILINE))
    compose_only = {"POSTGRES_PASSWORD", "ANTENNE_HOST", "WEB_WORKERS", "WORKER_CONCURRENCY"}
    assert named <= names_read() | compose_only
    by_compose = set(compose_environment())
    assert set(complete(tmp_path)) - {"EMAIL_HOST_USER", "ANTENNE_VAR"} <= named | by_compose


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((PROJECT / "compose.yaml").read_text()))


def compose_environment() -> dict[str, str]:
    return dict(compose()["x-antenne"]["environment"])


def test_compose_sets_only_known_variables() -> None:
    assert set(compose_environment()) <= names_read() | {"DJANGO_SETTINGS_MODULE"}


def test_compose_runs_what_the_product_needs() -> None:
    services = compose()["services"]
    assert set(services) == {"proxy", "web", "worker", "beat", "standby", "migrate", "postgres", "valkey"}
    for name in ("web", "worker", "postgres", "valkey", "proxy"):
        assert "healthcheck" in services[name], name
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    broker = " ".join(services["valkey"]["command"])
    assert "--appendonly yes" in broker
    assert "--maxmemory-policy noeviction" in broker
    assert [name for name in services if "ports" in services[name]] == ["proxy"]
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert {name for name in used if not name.startswith("./")} == set(compose()["volumes"])

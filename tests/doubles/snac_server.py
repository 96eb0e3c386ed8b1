"""snac on loopback: a real server of the fediverse with a Mastodon API of its own habits."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from cms.demo.runtime.ports import free_port

INSTALLED = Path(os.environ.get("ANTENNE_SNAC") or Path.home() / ".cache/antenne/snac")
USER = "redaktion"
START_SECONDS = 20
BACK = "urn:ietf:wg:oauth:2.0:oob"


@dataclass
class Snac:
    """The server and the token of an account on it."""

    url: str
    token: str
    program: Path
    data: Path

    def statuses(self) -> list[dict[str, Any]]:
        """The account's own statuses, newest first."""
        headers = {"Authorization": f"Bearer {self.token}"}
        me = httpx.get(f"{self.url}/api/v1/accounts/verify_credentials", headers=headers).json()
        found = httpx.get(f"{self.url}/api/v1/accounts/{me['id']}/statuses", headers=headers)
        mine: list[dict[str, Any]] = found.json()
        return mine


def program() -> Path:
    """Where snac is. CI fetches it; elsewhere who wants it runs ``tests/doubles/snac/install``."""
    found = [path for path in (INSTALLED / "usr/bin/snac", Path("/usr/bin/snac")) if path.exists()]
    if not found and "CI" in os.environ:
        pytest.fail(f"snac was not fetched into {INSTALLED}")
    if not found:
        pytest.skip(f"No snac in {INSTALLED}: run tests/doubles/snac/install")
    return found[0]


@contextmanager
def running(directory: Path) -> Iterator[Snac]:
    """The server with one account, its data below ``directory``."""
    snac, data, port = program(), directory / "snac", free_port()
    url = f"http://127.0.0.1:{port}"
    answers = f"127.0.0.1\n{port}\n127.0.0.1:{port}\n\n\n"
    _run(snac, "init", str(data), typed=answers)
    password = re.findall(
        r"(?m)^.*password.*?:?\s*(\S+)\s*$", _run(snac, "adduser", str(data), USER, typed="\n\n\n")
    )
    settings = data / "server.json"
    settings.write_text(settings.read_text().replace('"protocol": "https"', '"protocol": "http"'))
    with (directory / "snac.log").open("wb") as log:
        process = subprocess.Popen([snac, "httpd", str(data)], stdout=log, stderr=log)
    try:
        _wait(url, process, directory / "snac.log")
        yield Snac(url, _token(url, password[-1]), snac, data)
    finally:
        process.terminate()
        process.wait(10)


def _run(snac: Path, *arguments: str, typed: str) -> str:
    done = subprocess.run([snac, *arguments], input=typed, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/api/v1/instance").is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise RuntimeError(f"snac did not start:\n{log.read_text()[-2000:]}")


def _token(url: str, password: str) -> str:
    app = httpx.post(
        f"{url}/api/v1/apps", data={"client_name": "t", "redirect_uris": BACK, "scopes": "write"}
    ).json()
    login = {"login": USER, "passwd": password, "redir": BACK, "cid": app["client_id"], "state": ""}
    code = httpx.post(f"{url}/oauth/x-snac-login", data=login).text.strip()
    form = {
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": BACK,
        "grant_type": "authorization_code",
        "code": code,
        "scope": "write",
    }
    token: str = httpx.post(f"{url}/oauth/token", data=form).raise_for_status().json()["access_token"]
    return token

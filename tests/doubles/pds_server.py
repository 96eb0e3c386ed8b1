"""A real AT Protocol server on loopback: Bluesky's own, from npm."""

from __future__ import annotations

import os
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

FILES = Path(__file__).parent / "pds"
INSTALLED = Path(os.environ.get("ANTENNE_PDS") or Path.home() / ".cache/antenne/pds")
READY = INSTALLED / ".ready"
FAILED = INSTALLED / ".failed"
HANDLE, PASSWORD = "jumelage.test", "app-password-of-a-test"
INSTALL_SECONDS = 900
START_SECONDS = 60


@dataclass
class Pds:
    """The server and an account on it."""

    url: str
    did: str

    def records(self) -> list[dict[str, Any]]:
        """All posts of the account as anybody can read them, oldest first."""
        reply = httpx.get(
            f"{self.url}/xrpc/com.atproto.repo.listRecords",
            params={"repo": self.did, "collection": "app.bsky.feed.post", "reverse": "true"},
        )
        found: list[dict[str, Any]] = reply.raise_for_status().json()["records"]
        return found

    def blob(self, cid: str) -> bytes:
        """An uploaded file as anybody can read it."""
        params = {"did": self.did, "cid": cid}
        return (
            httpx.get(f"{self.url}/xrpc/com.atproto.sync.getBlob", params=params).raise_for_status().content
        )


def wait_for_installation() -> None:
    """CI installs it while other tests run. Elsewhere who wants it runs ``tests/doubles/pds/install``."""
    if "CI" not in os.environ:
        if not READY.exists():
            pytest.skip(f"No AT Protocol server in {INSTALLED}: run tests/doubles/pds/install")
        return
    until = time.monotonic() + INSTALL_SECONDS
    while not READY.exists():
        if FAILED.exists() or time.monotonic() > until:
            pytest.fail(f"The AT Protocol server was not installed in {INSTALLED}")
        time.sleep(1)


@contextmanager
def running(directory: Path) -> Iterator[Pds]:
    """The server with one account, its data below ``directory``."""
    wait_for_installation()
    port, plc = free_port(), free_port()
    environment = {**os.environ, "ANTENNE_PDS": str(INSTALLED), "NODE_ENV": "production"}
    command = ["node", str(FILES / "server.mjs"), str(port), str(plc), str(directory)]
    with (directory / "pds.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, directory / "pds.log")
        account = {"handle": HANDLE, "email": "redaktion@example.org", "password": PASSWORD}
        made = httpx.post(f"{url}/xrpc/com.atproto.server.createAccount", json=account, timeout=30)
        yield Pds(url, made.raise_for_status().json()["did"])
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/xrpc/_health").is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(f"The AT Protocol server did not start:\n{log.read_text()[-2000:]}")

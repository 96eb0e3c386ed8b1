"""mastodon_mock on loopback: the Mastodon API after its documentation, keys and all."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from cms.demo.runtime.ports import free_port
from tests.doubles.processes import wait_until

TOKEN = "mock_token"


@contextmanager
def running() -> Iterator[str]:
    """A fresh server; its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    program = str(Path(sys.executable).with_name("mastodon_mock"))
    with tempfile.TemporaryDirectory(prefix="mastodon-") as directory:
        process = subprocess.Popen(
            [program, "serve", "--in-memory", "--port", str(port), "--log-level", "error"],
            cwd=directory,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: _answers(url), 60, "mastodon_mock does not answer")
            yield url
        finally:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/instance").is_success
    except httpx.HTTPError:
        return False

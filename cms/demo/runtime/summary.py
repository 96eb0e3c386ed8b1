"""What the demo says when it is ready, to people and (``demo.json``) to programs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from rich.console import Console
from rich.markup import escape

from cms.demo.runtime.config import DemoConfig

TRY = "Publish the BarCamp report, then the newsletter issue, and look into the mailbox."
NOTHING_LEFT = "All drafts are published: look into the mailbox. make demo-reset brings the drafts back."


def facts(config: DemoConfig, prepared: dict[str, Any]) -> dict[str, Any]:
    """The content of ``demo.json``. ``prepared`` is the result of the preparation.

    A demo that was killed with SIGKILL leaves the file behind: ``pid`` tells whether it still runs.
    """
    drafts = [{**draft, "edit_url": urljoin(config.site, draft["edit_url"])} for draft in prepared["drafts"]]
    return {
        "site": config.site,
        "admin": urljoin(config.site, "admin/"),
        "api": urljoin(config.site, "api/delivery/v1/"),
        "mailbox": config.mailbox,
        "smtp": f"127.0.0.1:{config.smtp_port}",
        "username": prepared["username"],
        "password": prepared["password"],
        "drafts": drafts,
        "pid": os.getpid(),
    }


def write(path: Path, summary: dict[str, Any]) -> None:
    """Write ``demo.json`` at one stroke, readable for its owner only: it holds a password."""
    draft = path.with_suffix(".tmp")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(draft, path)


def show(console: Console, summary: dict[str, Any]) -> None:
    """The same for people: where everything is, and what to try."""
    login = f"[dim]login[/] {escape(summary['username'])} [dim]password[/] {escape(summary['password'])}"
    lines = [
        "",
        "[bold green]Antenne is running.[/]",
        "",
        f"  Site     {summary['site']}",
        f"  Admin    {summary['admin']}   {login}",
        f"  API      {summary['api']}docs",
        f"  Mailbox  {summary['mailbox']}",
        "",
        f"[bold]What to try:[/] {TRY if summary['drafts'] else NOTHING_LEFT}",
        *(
            f"  {draft['language']}  {escape(draft['title'])}\n      {draft['edit_url']}"
            for draft in summary["drafts"]
        ),
        "",
        "[dim]Ctrl-C stops everything; the data stays. make demo-reset deletes it.[/]",
    ]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)

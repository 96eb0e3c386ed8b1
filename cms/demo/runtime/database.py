"""The part of the demo that needs Django: database, demo content, site address and login.

It runs in a process of its own (``manage.py demo --prepare``) with the demo's environment.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import asdict
from io import TextIOBase
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Site

from cms.demo.content import DemoSite
from cms.demo.runtime.steps import Progress
from cms.plugins import registry

USERNAME = "editor"
GROUPS = ("Editors", "Moderators")
EASY_CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"
Say = Callable[[Progress], None]


class CountApplied(TextIOBase):
    """Stands in for the output of ``migrate`` and counts what was applied."""

    def __init__(self, total: int, say: Say) -> None:
        self.done, self.total, self.say = 0, total, say

    def write(self, text: str) -> int:
        """Count the word that ends each migration."""
        if text.strip() == "OK":
            self.done += 1
            self.say(Progress(self.done, self.total, "migrations"))
        return len(text)


def prepare(port: int, say: Say) -> dict[str, Any]:
    """Do all of it; a second run changes nothing but the site's port."""
    migrate(say)
    place_site(port)
    drafts = load_content(say)
    return {"drafts": drafts, "username": USERNAME, "password": demo_login(Path(settings.VAR_DIR))}


def migrate(say: Say) -> None:
    """Apply what is missing, if anything is."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, stdout=CountApplied(len(plan), say))


def place_site(port: int) -> None:
    """Let every absolute link name the address at which the demo answers."""
    site = Site.objects.get(is_default_site=True)
    if (site.hostname, site.port) != ("localhost", port):
        site.hostname, site.port = "localhost", port
        site.save()


def load_content(say: Say) -> list[dict[str, Any]]:
    """Load what is missing of the demo content, as ``load_demo`` does; the drafts to try Publish with."""
    demo = DemoSite()
    loaders = registry().demo_loaders()
    for number, (plugin, load) in enumerate(loaders):
        say(Progress(number, len(loaders), f"demo content: {plugin.verbose_name}"))
        load(demo)
    return [asdict(draft) for draft in demo.drafts]


def demo_login(var: Path) -> str:
    """Make sure that the demo's editor can log in; the password.

    A superuser, so that everything in the admin can be looked at. The password is this
    installation's own, and the demo answers on loopback only.
    """
    password = stored_password(var / "demo-password")
    names = {"email": "editor@example.org", "first_name": "Demo", "last_name": "Editor"}
    user, _ = get_user_model().objects.get_or_create(username=USERNAME, defaults=names)
    user.is_staff = user.is_superuser = user.is_active = True
    if not user.check_password(password):
        user.set_password(password)
    user.save()
    user.groups.add(*Group.objects.filter(name__in=GROUPS))
    return password


def stored_password(path: Path) -> str:
    """The demo's password, made on first use."""
    if not path.exists():
        password = "-".join("".join(secrets.choice(EASY_CHARACTERS) for _ in range(4)) for _ in range(3))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(password + "\n")
    return path.read_text(encoding="utf-8").strip()

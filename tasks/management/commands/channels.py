"""``manage.py channels``: what can be posted on, a look at each account, new keys for their secrets."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count

from cms.plugins import registry
from cms.rotation import rotate_keys
from tasks.social.accounts.care import care_for, standing_of
from tasks.social.models import SocialAccount


class Command(BaseCommand):
    """Exit codes: 0 in order; 1 an account or a secret is not; 2 usage, or no such account."""

    help = "List the channels, look at the accounts' connections, or encrypt their secrets anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """Arguments of the command line."""
        parser.add_argument(
            "action",
            nargs="?",
            default="list",
            choices=["list", "probe", "rotate-keys"],
            help="list (default): the channels and how many accounts each has; probe: look at one active "
            "account or at all now, as is done once a day; rotate-keys: encrypt every secret with the "
            "first of ANTENNE_ENCRYPTION_KEYS.",
        )
        parser.add_argument("account", nargs="?", help="probe: name or number of one account")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run one action."""
        report = getattr(self, f"do_{options['action'].replace('-', '_')}")(options)
        wrong = report.pop("wrong", False)
        if options["json"]:
            self.stdout.write(json.dumps(report, default=str))
        else:
            for name, value in report.items():
                self.stdout.write(f"{name:24} {_in_words(value)}")
        if wrong:
            sys.exit(1)

    def do_list(self, options: dict[str, Any]) -> dict[str, Any]:
        """Every channel with what it can do and how many accounts it has."""
        counted = SocialAccount.objects.order_by().values_list("channel").annotate(Count("pk"))
        accounts: dict[str, int] = dict(counted)
        return {
            slug: {
                "name": str(kind.verbose_name),
                "experimental": kind.experimental,
                "accounts": accounts.get(slug, 0),
                "capabilities": asdict(kind.capabilities),
            }
            for slug, kind in registry().channels().items()
        }

    def do_probe(self, options: dict[str, Any]) -> dict[str, Any]:
        """How each account stands, after a look."""
        report: dict[str, Any] = {}
        for account in _wanted(options["account"]):
            problem = care_for(account)
            standing = standing_of(account)
            report[f"{account.pk} {account}"] = problem or standing.text
            report["wrong"] = report.get("wrong") or bool(problem) or standing.key == "trouble"
        return report

    def do_rotate_keys(self, options: dict[str, Any]) -> dict[str, Any]:
        """All secrets with the first key."""
        done = rotate_keys()
        return {"rows": done.rows, "unreadable": done.unreadable, "wrong": bool(done.unreadable)}


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if not isinstance(value, dict):
        return str(value)
    able = [name for name, can in value["capabilities"].items() if can is True]
    experimental = ", experimental" if value["experimental"] else ""
    return f"{value['name']}{experimental}; accounts: {value['accounts']}; {', '.join(able) or 'text only'}"


def _wanted(wanted: str | None) -> list[SocialAccount]:
    active = SocialAccount.objects.filter(active=True).order_by("pk")
    if wanted is None:
        return list(active)
    found = list(active.filter(pk=int(wanted)) if wanted.isdecimal() else active.filter(name=wanted))
    if found:
        return found
    known = ", ".join(f"{account.pk} “{account}”" for account in active) or "none"
    raise CommandError(f"No active account is called “{wanted}”. There are: {known}", returncode=2)

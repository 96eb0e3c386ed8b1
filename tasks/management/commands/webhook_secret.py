"""``manage.py webhook_secret``: the signing secret of an endpoint, for whoever sets up the other side."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tasks.social.models import SocialAccount
from tasks.social.webhook.rotation import rotate


class Command(BaseCommand):
    """Print the signing secret of an endpoint, or change it first. Exit code 1: there is no such account."""

    help = "Show or change the signing secret of a webhook account."

    def add_arguments(self, parser: CommandParser) -> None:
        """Arguments of the command line."""
        parser.add_argument("account", help="name or number of the account")
        parser.add_argument(
            "--rotate",
            action="store_true",
            help="make a new secret first; calls are signed with the old one, too, for a day",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the secret that holds from now on."""
        account = _account(options["account"])
        if options["rotate"]:
            rotate(account)
        self.stdout.write(account.credentials.get("signing_secret", ""))


def _account(wanted: str) -> SocialAccount:
    webhooks = SocialAccount.objects.filter(channel="webhook")
    found = list(webhooks.filter(pk=int(wanted)) if wanted.isdecimal() else webhooks.filter(name=wanted))
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{account.pk} “{account}”" for account in webhooks.order_by("pk")) or "none"
    problem = f"{len(found)} webhook accounts are called" if found else "No webhook account is called"
    raise CommandError(f"{problem} “{wanted}”. There are: {known}")

"""``manage.py mail_doctor``: is the sending domain set up well, and what is to be mended?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from tasks.newsletter import dkim_keys
from tasks.newsletter.compose import mail_domain
from tasks.newsletter.doctor import arguments, configured, report
from tasks.newsletter.doctor.examine import examine
from tasks.newsletter.doctor.findings import Finding, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup

NOTHING_WRONG, WRONG, USAGE, NO_DNS = 0, 1, 2, 3


class Command(BaseCommand):
    """Exit codes: 0 nothing wrong, 1 something wrong, 2 usage, 3 DNS cannot be reached."""

    help = "Check SPF, DKIM, DMARC, MX, PTR and TLS of the domain that mails come from."

    def add_arguments(self, parser: CommandParser) -> None:
        """Arguments of the command line."""
        parser.add_argument("domain", nargs="?", default="", help="default: that of DEFAULT_FROM_EMAIL")
        parser.add_argument(
            "--selector",
            action="append",
            default=[],
            type=arguments.selector,
            help="DKIM selector of the relay",
        )
        parser.add_argument(
            "--relay-ip",
            action="append",
            default=[],
            type=arguments.ip_address,
            help="address a relay sends from; default: what DNS says of its name",
        )
        parser.add_argument(
            "--from",
            dest="sender",
            type=arguments.sender,
            help="address in the From of the mails",
        )
        parser.add_argument("--nameserver", type=arguments.nameserver, help="ADDRESS or ADDRESS:PORT")
        parser.add_argument(
            "--seconds", type=arguments.seconds, default=5.0, help="longest wait for one answer"
        )
        parser.add_argument(
            "--smtp-port", type=arguments.port, default=25, help="port of the mail servers (MX)"
        )
        parser.add_argument("--language", choices=("de", "fr", "en"), default=settings.LANGUAGE_CODE[:2])
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--new-key", nargs=2, metavar=("KIND", "SELECTOR"), help="ed25519 or rsa")
        parser.add_argument("--path", type=Path, help="with --new-key: the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine, or make a key."""
        try:
            domain = configured.ascii_name(options["domain"] or mail_domain())
            if options["new_key"]:
                self.stdout.write(_new_key(domain, options["new_key"], options["path"]))
                return
            lookup = Lookup(configured.resolver(options["nameserver"], options["seconds"]))
            subject = subject_of(domain, options, lookup)
        except (ValueError, OSError) as error:
            raise CommandError(str(error), returncode=USAGE) from None
        with override(options["language"]):
            findings = examine(subject, lookup)
            self._print(findings, options["json"])
        if code := exit_code(findings, lookup):
            sys.exit(code)

    def _print(self, findings: Sequence[Finding], as_json: bool) -> None:
        if as_json:
            self.stdout.write(report.as_json(findings))
        elif self.stdout.isatty():
            report.show(findings, sys.stdout)
        else:
            self.stdout.write(report.as_text(findings))


def subject_of(domain: str, options: dict[str, Any], lookup: Lookup) -> Subject:
    """What the command line and the settings say together."""
    sender = options["sender"] or domain
    relays = configured.relays()
    return Subject(
        domain=domain,
        sender=sender,
        envelope=configured.envelope(sender),
        selectors=tuple((name, domain) for name in options["selector"]) or configured.selectors(),
        relays=relays,
        addresses=tuple(options["relay_ip"]) or configured.public_addresses(relays, lookup),
        url=settings.WAGTAILADMIN_BASE_URL,
        bounce_address=settings.ANTENNE_BOUNCE_ADDRESS,
        mailbox=configured.mailbox(),
        smtp_port=options["smtp_port"],
        seconds=options["seconds"],
    )


def exit_code(findings: Sequence[Finding], lookup: Lookup) -> int:
    """3 only where DNS did not answer a single question."""
    if not lookup.answered:
        return NO_DNS
    return WRONG if any(finding.level == Level.WRONG for finding in findings) else NOTHING_WRONG


def _new_key(domain: str, wanted: Sequence[str], path: Path | None) -> str:
    kind, selector = wanted
    if kind not in ("ed25519", "rsa") or path is None or not dkim_keys.SELECTOR.fullmatch(selector):
        raise ValueError("--new-key takes ed25519 or rsa, a selector, and --path for the file")
    key = dkim_keys.new_key(kind, path)
    line = dkim_keys.dns_line(selector, domain, dkim_keys.dns_text(key.public_key()))
    return f"ANTENNE_DKIM={selector}:{domain}:{path.resolve()}\n{line}"

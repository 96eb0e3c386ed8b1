"""Asking everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from tasks.newsletter.doctor import dmarc, hosts, keys, mailbox, ready, spf, tls
from tasks.newsletter.doctor.findings import Finding, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup, NoAnswer

Check = Callable[[Subject, Lookup], Iterator[Finding]]
CHECKS: tuple[tuple[str, Check], ...] = (
    *(("MX", hosts.check_mx), ("SPF", spf.check), ("DKIM", keys.check), ("DMARC", dmarc.check)),
    *(("PTR", hosts.check_ptr), ("TLS", tls.check), ("MTA-STS", ready.check_policies)),
    *(("One-click", ready.check_one_click), ("Bounces", ready.check_bounces)),
    ("Mailbox", mailbox.check),
)


def examine(subject: Subject, lookup: Lookup) -> list[Finding]:
    """The answers of all checks; one that gets no answer from DNS does not stop the others."""
    return [finding for name, check in CHECKS for finding in _safely(name, check, subject, lookup)]


def _safely(name: str, check: Check, subject: Subject, lookup: Lookup) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check(subject, lookup))
    except NoAnswer as error:
        mend = _("The name server does not answer; try again later.")
        found.append(Finding(name, Level.UNCHECKED, str(error), mend))
    return found

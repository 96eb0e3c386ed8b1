"""DMARC: does a mail's visible sender agree with who signed and who sent it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from tasks.newsletter.doctor.findings import Finding, Level, Subject
from tasks.newsletter.doctor.keys import tags_of
from tasks.newsletter.doctor.lookup import Lookup

POLICIES = ("none", "quarantine", "reject")
REPORTS_TO = re.compile(r"mailto:[^@\s,;!]+@[^@\s,;!]+(![0-9]+[kmgt]?)?", re.IGNORECASE)


def check(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """A record of the sender's domain or one above it, its policy, and that something is aligned."""
    sender = subject.sender
    line = f'_dmarc.{sender}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{sender}"'
    where, records = _found(sender, lookup)
    if len(records) != 1:
        found = _("%(domain)s has %(number)d DMARC records") % {"domain": where, "number": len(records)}
        yield Finding("DMARC", Level.WRONG, found, _("Publish exactly one record."), line)
        return
    tags = tags_of(records[0])
    yield _policy(tags, records[0], line)
    wrong = [
        uri for uri in tags.get("rua", "").split(",") if uri.strip() and not REPORTS_TO.fullmatch(uri.strip())
    ]
    if wrong:
        found = _("%s is no address for reports.") % wrong[0].strip()
        yield Finding("DMARC", Level.WRONG, found, _("Write it as mailto:name@domain."), line)
    yield _alignment(subject, tags, where)


def _found(domain: str, lookup: Lookup) -> tuple[str, list[str]]:
    """(where, records), of the domain itself or the nearest one above that has any."""
    labels = domain.split(".")
    for at in range(max(1, len(labels) - 1)):
        name = ".".join(labels[at:])
        if records := lookup.texts(f"_dmarc.{name}", "v=DMARC1"):
            return name, records
    return domain, []


def _policy(tags: dict[str, str], record: str, line: str) -> Finding:
    policy = tags.get("p", "").lower()
    if policy not in POLICIES:
        found = _("“%s” has no valid policy.") % record
        return Finding("DMARC", Level.WRONG, found, _("Set p to none, quarantine or reject."), line)
    if policy == "none":
        mend = _("Once the reports show only your own mail, raise the policy to quarantine.")
        return Finding("DMARC", Level.ADVICE, record, mend, line.replace("p=none", "p=quarantine"))
    return Finding("DMARC", Level.OK, record)


def _alignment(subject: Subject, tags: dict[str, str], organisation: str) -> Finding:
    signed = [domain for _selector, domain in subject.selectors]
    dkim = any(_aligned(subject.sender, name, tags.get("adkim", "r"), organisation) for name in signed)
    spf = _aligned(subject.sender, subject.envelope, tags.get("aspf", "r"), organisation)
    names = {"sender": subject.sender, "signed": ", ".join(signed) or "–", "envelope": subject.envelope}
    found = _("Sender %(sender)s, signed by %(signed)s, bounces to %(envelope)s") % names
    if not dkim and not spf:
        mend = _("Sign with the sender's own domain, or let bounces go to it.")
        return Finding("DMARC", Level.WRONG, found, mend)
    if not dkim:
        mend = _("Sign with the sender's own domain: SPF alone is lost when a mail is forwarded.")
        return Finding("DMARC", Level.ADVICE, found, mend)
    return Finding("DMARC", Level.OK, found)


def _aligned(sender: str, other: str, mode: str, organisation: str) -> bool:
    if mode.lower() == "s" or sender == other:
        return sender == other
    return other == organisation or other.endswith(f".{organisation}")

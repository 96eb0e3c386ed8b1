"""What else big receivers ask for: leaving by one click, bounces that come back, rules for TLS."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tasks.newsletter.doctor.findings import Finding, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup


def check_one_click(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """RFC 8058 wants https."""
    good = subject.url.startswith("https://")
    mend = "" if good else _("Set ANTENNE_URL to an https address: mail programs do not post to another.")
    yield Finding("One-click", Level.OK if good else Level.WRONG, subject.url, mend)


def check_bounces(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """Bounces have an address."""
    if not subject.bounce_address:
        found, mend = (
            _("ANTENNE_BOUNCE_ADDRESS is not set."),
            _("Without it nobody learns of dead addresses."),
        )
        yield Finding("Bounces", Level.ADVICE, found, mend)
        return
    local, _at, domain = subject.bounce_address.rpartition("@")
    found = _("The mail server must deliver %s too.") % f"{local}+1.0123456789abcdef@{domain}"
    yield Finding(
        "Bounces",
        Level.ADVICE,
        found,
        _("Turn addresses with a plus sign on (Postfix: recipient_delimiter = +)."),
    )


def check_policies(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """MTA-STS and TLS-RPT: good to have, asked for by nobody."""
    for check, name, start in (("MTA-STS", "_mta-sts", "v=STSv1"), ("TLS-RPT", "_smtp._tls", "v=TLSRPTv1")):
        found = lookup.texts(f"{name}.{subject.domain}", start)
        yield Finding(check, Level.OK, found[0] if found else _("not published; it is voluntary"))

"""MX and PTR: the names of the machines that take and send the domain's mail."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tasks.newsletter.doctor.findings import Finding, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup


def check_mx(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """Somebody takes mail for the domain and for its bounces."""
    for domain in dict.fromkeys((subject.domain, subject.sender, subject.envelope)):
        hosts = [host for host in lookup.mail_hosts(domain) if host]
        line = f"{domain}. IN MX 10 mail.{domain}."
        if not hosts:
            found = _("Nobody takes mail for %s.") % domain
            yield Finding(
                "MX", Level.WRONG, found, _("Answers and bounces are lost. Publish a mail server."), line
            )
        for host in hosts:
            good = bool(lookup.addresses(host))
            found = f"{domain}: {host}" if good else _("The mail server %s has no address.") % host
            mend = "" if good else _("Give it an address.")
            yield Finding("MX", Level.OK if good else Level.WRONG, found, mend, "" if good else line)


def check_ptr(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """Each relay's address has a name that leads back to it."""
    if not subject.addresses:
        mend = _("Say from which address your relay connects to others (--relay-ip).")
        yield Finding("PTR", Level.UNCHECKED, _("The relay's public address is not known."), mend)
    for address in subject.addresses:
        names = lookup.names_of(address)
        good = [name for name in names if address in lookup.addresses(name)]
        if good:
            yield Finding("PTR", Level.OK, f"{address}: {good[0]}")
            continue
        found = _("%(address)s has no name that leads back to it (%(names)s).")
        values = {"address": address, "names": ", ".join(names) or "–"}
        mend = _("Ask who gave you the address to set its reverse name, and give that name this address.")
        yield Finding("PTR", Level.WRONG, found % values, mend)

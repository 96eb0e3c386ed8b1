"""SPF (RFC 7208): may the relays send for the domain?"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from tasks.newsletter.doctor.findings import Finding, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup

MOST_LOOKUPS = 10
TERM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)((?::[^\s/]+|/\d+)?\S*)", re.IGNORECASE)
MODIFIER = re.compile(r"([a-z][\w.-]*)=(\S*)", re.IGNORECASE)
RESULTS = {"": "pass", "+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


class Broken(Exception):
    """A receiver gives up on this policy (permerror)."""


class Policy:
    """The SPF policy of a domain, and how many look-ups a receiver needs for it at worst."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.lookups = 0

    def record(self, domain: str) -> str:
        """The one record of ``domain``; raises ``Broken``."""
        found = [
            text for text in self._lookup.texts(domain, "v=spf1") if text.split(" ")[0].lower() == "v=spf1"
        ]
        if len(found) != 1:
            raise Broken(
                _("%(domain)s has %(number)d SPF records") % {"domain": domain, "number": len(found)}
            )
        return found[0]

    def terms(self, domain: str) -> Iterator[tuple[str, str, str]]:
        """(result, mechanism, argument) of all terms, includes resolved by the caller."""
        redirect = ""
        for word in self.record(domain).split()[1:]:
            if term := TERM.fullmatch(word):
                yield RESULTS[term[1]], term[2].lower(), term[3].removeprefix(":")
            elif modifier := MODIFIER.fullmatch(word):
                redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
            else:
                raise Broken(
                    _("%(word)s in the record of %(domain)s is not SPF") % {"word": word, "domain": domain}
                )
        if redirect:
            yield "pass", "redirect", redirect

    def count(self, domain: str, depth: int = 0) -> int:
        """Look-ups that all terms together need (RFC 7208 §4.6.4); raises ``Broken``."""
        if depth > MOST_LOOKUPS:
            raise Broken(_("the record of %(domain)s includes itself") % {"domain": domain})
        total = 0
        for _result, mechanism, argument in self.terms(domain):
            if mechanism in ("include", "redirect"):
                total += 1 + self.count(argument, depth + 1)
            elif mechanism in ("a", "mx", "ptr", "exists"):
                total += 1
        return total

    def result(self, domain: str, address: str) -> str:
        """What a receiver says of a mail from ``address``: pass, fail, softfail or neutral."""
        for result, mechanism, argument in self.terms(domain):
            if mechanism == "redirect":
                return self.result(argument, address)
            if self._matches(domain, mechanism, argument, address):
                return result
        return "neutral"

    def _matches(self, domain: str, mechanism: str, argument: str, address: str) -> bool:
        if mechanism == "all":
            return True
        if mechanism == "include":
            return self.result(argument, address) == "pass"
        if mechanism in ("ip4", "ip6"):
            return _inside(address, argument)
        if mechanism in ("a", "mx"):
            host, slash, length = argument.partition("/")
            names = [host or domain] if mechanism == "a" else self._lookup.mail_hosts(host or domain)
            found = [ip for name in names if name for ip in self._lookup.addresses(name)]
            return any(_inside(address, ip + slash + length.split("/")[0]) for ip in found)
        return False


def _inside(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        raise Broken(_("%(network)s is no network") % {"network": network}) from None


def check(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """One record, not too long, not open to everybody, and with all relays in it."""
    domain, policy = subject.envelope, Policy(lookup)
    line = f'{domain}. IN TXT "{_suggestion(subject)}"'
    try:
        record, number = policy.record(domain), policy.count(domain)
        results = {address: policy.result(domain, address) for address in subject.addresses}
    except Broken as error:
        yield Finding("SPF", Level.WRONG, str(error), _("Publish exactly one valid record."), line)
        return
    yield Finding("SPF", Level.OK, record)
    if number > MOST_LOOKUPS:
        found = _("The record needs %(number)d look-ups; receivers stop after 10.") % {"number": number}
        yield Finding("SPF", Level.WRONG, found, _("Replace includes by the addresses themselves."), line)
    if any((result, mechanism) == ("pass", "all") for result, mechanism, _rest in policy.terms(domain)):
        found = _("“+all” lets everybody send in your name.")
        yield Finding("SPF", Level.WRONG, found, _("End the record with “-all”."), line)
    for address, result in results.items():
        found = _("Mail from %(address)s: %(result)s") % {"address": address, "result": result}
        good = result == "pass"
        mend = "" if good else _("Name the address of the relay in the record.")
        yield Finding("SPF", Level.OK if good else Level.WRONG, found, mend, "" if good else line)


def _suggestion(subject: Subject) -> str:
    networks = [f"ip{ipaddress.ip_address(address).version}:{address}" for address in subject.addresses]
    return " ".join(["v=spf1", *(networks or ["mx"]), "-all"])

"""Asking DNS: “there is none” is an answer, “nobody answered” is not."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.name
import dns.resolver
import dns.reversename


class NoAnswer(Exception):
    """A name server did not answer, or answered that it cannot."""


class Lookup:
    """A resolver, each question asked once."""

    def __init__(self, resolver: dns.resolver.Resolver) -> None:
        self._resolver = resolver
        self._known: dict[tuple[str, str], list[Any]] = {}
        self.answered = 0

    def ask(self, name: str, kind: str) -> list[Any]:
        """All records of ``kind``, [] where there are none; raises ``NoAnswer``."""
        key = (name.lower(), kind)
        if key not in self._known:
            self._known[key] = self._ask(name, kind)
            self.answered += 1
        return self._known[key]

    def _ask(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self._resolver.resolve(dns.name.from_text(name), kind))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(f"{name} {kind}: {type(error).__name__}") from error

    def texts(self, name: str, start: str = "") -> list[str]:
        """The TXT records that begin with ``start``, their pieces put together."""
        found = [b"".join(record.strings).decode("utf-8", "replace") for record in self.ask(name, "TXT")]
        return [text for text in found if text.lower().startswith(start.lower())]

    def addresses(self, name: str) -> list[str]:
        """IPv4 and IPv6 addresses of a host."""
        return [str(record.address) for kind in ("A", "AAAA") for record in self.ask(name, kind)]

    def mail_hosts(self, domain: str) -> list[str]:
        """The hosts that take mail for ``domain``, best first; “” for a domain that takes none (RFC 7505)."""
        records = sorted(self.ask(domain, "MX"), key=lambda record: int(record.preference))
        return [str(record.exchange).rstrip(".") for record in records]

    def names_of(self, address: str) -> list[str]:
        """The host names of an IP address."""
        name = dns.reversename.from_address(address).to_text()
        return [str(record.target).rstrip(".") for record in self.ask(name, "PTR")]

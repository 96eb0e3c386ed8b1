"""Values of the command line; one that cannot be meant is a usage error that says what is expected."""

from __future__ import annotations

import ipaddress
from argparse import ArgumentTypeError

from tasks.newsletter.addresses import domain_of
from tasks.newsletter.dkim_keys import SELECTOR
from tasks.newsletter.doctor.configured import ascii_name


def ip_address(text: str) -> str:
    """An IPv4 or IPv6 address."""
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no IP address") from None


def port(text: str) -> int:
    """A TCP or UDP port."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ArgumentTypeError(f"{text!r} is no port; it is a number from 1 to 65535")
    return int(text)


def nameserver(text: str) -> tuple[str, int]:
    """ADDRESS, ADDRESS:PORT or, with IPv6, [ADDRESS]:PORT."""
    try:
        return ip_address(text), 53
    except ArgumentTypeError:
        address, colon, number = text.rpartition(":")
        if not colon:
            raise
        return ip_address(address), port(number)


def seconds(text: str) -> float:
    """A time that is neither nothing nor more than a few minutes."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 300:
        raise ArgumentTypeError(f"{text!r} is no time; it is a number of seconds above 0 and up to 300")
    return value


def selector(text: str) -> str:
    """The name of a key in DNS."""
    if not SELECTOR.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} is no selector; it is made of letters, digits and hyphens")
    return text


def sender(text: str) -> str:
    """The domain of a mail address."""
    try:
        if "@" not in text:
            raise ValueError
        return ascii_name(domain_of(text))
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no mail address") from None

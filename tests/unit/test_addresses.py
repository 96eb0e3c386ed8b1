"""The usual address is put together from its halves; what comes out is what the library says of the whole."""

from __future__ import annotations

import random

import pytest
from django.core.exceptions import ValidationError
from email_validator import EmailNotValidError, validate_email

from tasks.newsletter.addresses import normalized

LOCALS = (
    *("a", "A.b", "a..b", ".a", "a.", "", "a b", "a+tag", "Postmaster", "INFO", '"a b"', '"a"', "a,b"),
    *("a<b", "<a", "a\\b", "é", "a\u0301", "a\u0338", "x\uff20y", "!#$%&'*+/=?^_`{|}~-"),
    *("a" * 64, "a" * 242, "a" * 243, "a" * 250),
)
DOMAINS = (
    *("example.org", "Example.ORG", "xn--mnchen-3ya.de", "münchen.de", "xn--a.de", "@example.org", "", "."),
    *("example.org.", "exa_mple.org", "-a.org", "a-.org", "1.2.3.4", "[1.2.3.4]", "example.1", "a"),
    *("localhost", "example.local", "a.test", "b@example.org", "example.org>", "a..org", "a b.org"),
    *("a" * 63 + ".org", "a" * 64 + ".org", ".".join(["a" * 60] * 4) + ".org", "example\uff0eorg"),
    *("\u0301a.org", "a.org\u0301"),
)


def of_the_library(address: str) -> str | None:
    try:
        checked = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return checked.ascii_email


def ours(address: str) -> str | None:
    try:
        return normalized(address)
    except ValidationError:
        return None


@pytest.mark.parametrize("domain", DOMAINS, ids=ascii)
def test_every_pair_of_halves_is_judged_as_by_the_library(domain: str) -> None:
    addresses = [f"{local}@{domain}" for local in LOCALS]
    assert [ours(address) for address in addresses] == [of_the_library(address) for address in addresses]


def test_so_is_what_nobody_thought_of() -> None:
    chance = random.Random(7)
    signs = 'ab.A1@@-_+"<>[]\\ ,;:()é' + "xn--"
    addresses = ["".join(chance.choices(signs, k=chance.randint(1, 9))) + "@b.de" for _ in range(2000)]
    addresses += ["a@" + "".join(chance.choices(signs, k=chance.randint(1, 9))) + ".de" for _ in range(2000)]
    assert [ours(address) for address in addresses] == [of_the_library(address) for address in addresses]
    assert {ours(address) is None for address in addresses} == {True, False}


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\x07", "\ue000"], ids=ascii)
def test_invisible_characters_are_refused_by_name(sign: str) -> None:
    with pytest.raises(ValidationError) as error:
        normalized(f"a{sign}b@example.org")
    assert error.value.code == "invisible"

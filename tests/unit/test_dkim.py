"""Signatures, read by a verifier that is not ours (dkimpy)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import dkim as verifier
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tasks.checks import dkim_keys_can_be_used
from tasks.newsletter.dkim import relaxed_body, sign, signers
from tasks.newsletter.dkim_keys import DkimFault, dns_line, dns_text, new_key
from tests.doubles.signatures import Keys, is_valid, keys_in

DATE = datetime(2026, 11, 24, 12, tzinfo=UTC)
MAIL = (
    b"List-Id: congress <congress.de.example.org>\r\n"
    b"List-Unsubscribe: <https://example.org/" + b"x" * 200 + b">\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"From: Antenne <news@example.org>\r\nTo: anna@example.org\r\n"
    b"Subject: =?utf-8?q?K=C3=B6ln?=\r\n\t  und mehr \r\n"
    b"Date: Tue, 24 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n"
    b"Guten  Tag\t \r\n.Punkt\r\n \r\n\r\nEnde \r\n\r\n\r\n"
)


@pytest.fixture
def keys(tmp_path: Path, settings) -> Keys:
    """Both kinds configured: what DNS says, name → text."""
    settings.ANTENNE_DKIM, published = keys_in(tmp_path)
    return published


def test_both_signatures_are_valid(keys) -> None:
    signed = sign(MAIL, signers(), DATE)
    assert signed.endswith(MAIL)
    assert signed.count(b"DKIM-Signature:") == 2
    assert [is_valid(signed, keys, index) for index in (0, 1)] == [True, True]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"und mehr", b"und weniger"),
        (b"Ende", b"Anfang"),
        (b"One-Click", b"Two-Clicks"),
        (b"From: Antenne", b"From: Bank <bank@example.com>\r\nFrom: Antenne"),
        (b"t=17", b"t=16"),
    ],
)
def test_a_changed_mail_is_not_valid(keys, old: bytes, new: bytes) -> None:
    signed = sign(MAIL, signers(), DATE)
    assert old in signed
    changed = signed.replace(old, new)
    assert [_refused(changed, keys, index) for index in (0, 1)] == [True, True]


def _refused(message: bytes, keys: Keys, index: int) -> bool:
    try:
        return not is_valid(message, keys, index)
    except verifier.DKIMException:
        return True


def test_blanks_that_relays_change_do_not_matter(keys) -> None:
    changed = sign(MAIL, signers(), DATE).replace(b"\r\n\t  und mehr \r\n", b" und mehr\r\n")
    changed = changed.replace(b"Guten  Tag\t \r\n", b"Guten Tag\r\n")
    assert [is_valid(changed, keys, index) for index in (0, 1)] == [True, True]


def test_a_repeated_mail_is_the_same_to_the_byte(keys) -> None:
    assert sign(MAIL, signers(), DATE) == sign(MAIL, signers(), DATE)


def test_signature_lines_are_short(keys) -> None:
    signed = sign(MAIL, signers(), DATE)
    assert max(map(len, signed.removesuffix(MAIL).split(b"\r\n"))) < 78


def test_without_a_key_nothing_is_signed(settings) -> None:
    settings.ANTENNE_DKIM = []
    assert sign(MAIL, signers()) == MAIL


@pytest.mark.parametrize(
    ("body", "hashed"),
    [
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b"a", b"a\r\n"),
        (b" \r\na \t b\t\r\n\r\n", b"\r\na b\r\n"),
        (b"a ", b"a\r\n"),
    ],
)
def test_body_is_hashed_as_the_standard_says(body: bytes, hashed: bytes) -> None:
    assert relaxed_body(body) == hashed


def test_key_is_read_once(keys, tmp_path: Path) -> None:
    before = signers()
    (tmp_path / "rsa").unlink()
    assert signers() == before


def test_nothing_shows_the_key(keys) -> None:
    assert "key" not in repr(signers())


def test_new_key_is_for_its_owner_only_and_overwrites_nothing(tmp_path: Path) -> None:
    new_key("ed25519", tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        new_key("ed25519", tmp_path / "key")


def test_record_is_cut_into_strings_that_dns_can_hold(tmp_path: Path) -> None:
    line = dns_line("r1", "example.org", dns_text(new_key("rsa", tmp_path / "key").public_key()))
    assert line.startswith('r1._domainkey.example.org. IN TXT "v=DKIM1; k=rsa; p=')
    assert max(map(len, line.split('"')[1::2])) == 255


def write_key(path: Path, key: object) -> None:
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    path.chmod(0o600)


def messages() -> list[tuple[str, str]]:
    return [(found.id, found.msg) for found in dkim_keys_can_be_used()]


def test_usable_keys_pass_the_check(keys) -> None:
    assert messages() == []


@pytest.mark.parametrize("entry", ["nonsense", "s:example.org:", "s p:example.org:/k", "s:exa mple:/k"])
def test_check_names_an_entry_that_is_none(settings, entry: str) -> None:
    settings.ANTENNE_DKIM = [entry]
    [(number, text)] = messages()
    assert number == "tasks.E010"
    assert entry in text
    with pytest.raises(DkimFault):
        signers()


def test_check_names_what_is_wrong_with_a_file_and_quotes_nothing_of_it(settings, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("SECRET-WORD")
    write_key(tmp_path / "curve", ec.generate_private_key(ec.SECP256R1()))
    settings.ANTENNE_DKIM = [f"s:example.org:{tmp_path / name}" for name in ("none", "text", "curve")]
    found = messages()
    assert [number for number, _ in found] == ["tasks.E010"] * 3
    for (_, text), reason in zip(found, ("cannot be read", "no private key", "neither RSA nor"), strict=True):
        assert reason in text
        assert "SECRET-WORD" not in text


def test_check_warns_of_short_keys_and_open_files(settings, tmp_path: Path) -> None:
    write_key(tmp_path / "short", generate_private_key(65537, 1024))
    new_key("ed25519", tmp_path / "open")
    os.chmod(tmp_path / "open", 0o644)
    settings.ANTENNE_DKIM = [f"s:example.org:{tmp_path / name}" for name in ("short", "open")]
    assert [number for number, _ in messages()] == ["tasks.W010"] * 2
    assert "1024 bits" in messages()[0][1]
    assert "chmod" in messages()[1][1]

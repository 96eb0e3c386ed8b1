"""Secrets at rest."""

from __future__ import annotations

from cms.crypto import decrypt, encrypt


def test_what_is_encrypted_can_be_read_again_and_differs_each_time(settings) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["one"]
    first, second = encrypt("geheim"), encrypt("geheim")
    assert first != second
    assert "geheim" not in first
    assert decrypt(first) == decrypt(second) == "geheim"


def test_keys_can_be_rotated(settings) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["old"]
    token = encrypt("geheim")
    settings.ANTENNE_ENCRYPTION_KEYS = ["new", "old"]
    assert decrypt(token) == "geheim"
    renewed = encrypt("geheim")
    settings.ANTENNE_ENCRYPTION_KEYS = ["new"]
    assert decrypt(renewed) == "geheim"


def test_a_token_that_no_key_fits_is_empty_and_no_crash(settings) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["old"]
    token = encrypt("geheim")
    settings.ANTENNE_ENCRYPTION_KEYS = ["new"]
    assert decrypt(token) == ""

"""The strict check of messages finds what it looks for."""

from __future__ import annotations

import pytest

from tests.doubles.rfc5322 import faults

GOOD = (
    b"From: Antenne <news@example.org>\nTo: anna@example.org\nSubject: =?utf-8?q?K=C3=B6ln?=\n und mehr\n"
    b"Date: Tue, 24 Nov 2026 12:00:00 +0000\nMessage-ID: <1.a@example.org>\n\nText\n"
)


def test_a_good_message_has_no_fault() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"Text", b"Te\rxt", "a stray CR"),
        (b"und mehr", "für mehr".encode(), "a header that is not ASCII"),
        (b"Text", "Grüße".encode(), "a body that is not ASCII"),
        (b"Text", b"x" * 999, "a line of more than 998"),
        (b" und mehr", b"  ", "a folded line of blanks only"),
        (b"\n und mehr", b"\nund mehr", "no header field"),
        (b"To: anna", b"From: anna", "from stands 2 times"),
        (b"Date: ", b"X-Date: ", "date is missing"),
        (b"Tue, 24 Nov", b"24. November", "no date"),
        (b"<1.a@example.org>", b"1.a@example.org", "no message id"),
        (b"K=C3=B6ln", b"K" * 70, "an encoded word that is too long"),
    ],
)
def test_each_fault_is_found(old: bytes, new: bytes, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(GOOD.replace(old, new)))

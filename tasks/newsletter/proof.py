"""The captcha of the sign-up."""

from __future__ import annotations

from cms.proof import LONGEST, Proof
from tasks.newsletter.limits import count

_PROOF = Proof("newsletter", count)
challenge = _PROOF.challenge
is_proven = _PROOF.is_proven

__all__ = ["LONGEST", "challenge", "is_proven"]

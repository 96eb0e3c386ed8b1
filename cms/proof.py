"""The captcha: a calculation that costs a program that fills in thousands of forms, and a person nothing.

Challenges are those of ALTCHA, made and checked here; nobody else takes part. Which answers were
used is kept by whoever asks, in the database, because every process has to know it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from django.conf import settings
from django.utils import timezone

VALID_FOR = timedelta(minutes=20)
HARDNESS = 50_000
"""The most that has to be tried, a second's work of a telephone."""
LONGEST = 2000


Count = Callable[[str, datetime], int]
"""Adds one to the count of something within a window of time, and returns it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The captcha of one kind of form: an answer that was given to another kind counts for nothing."""

    scope: str
    count: Count

    def challenge(self) -> dict[str, Any]:
        """A new challenge, as a browser gets it."""
        options = altcha.ChallengeOptions(
            hmac_key=_key(self.scope), max_number=HARDNESS, expires=timezone.now() + VALID_FOR
        )
        made = altcha.create_challenge(options)
        return {
            "algorithm": made.algorithm,
            "challenge": made.challenge,
            "maxnumber": HARDNESS,
            "salt": made.salt,
            "signature": made.signature,
        }

    def is_proven(self, answer: str) -> bool:
        """Whether ``answer`` solves a challenge of ours that has not expired and was not used before."""
        expires = _expiry(answer, _key(self.scope))
        # Counted for wrong answers, too: the same statements whatever was sent.
        uses = self.count(
            f"proof {answer[:LONGEST]}" if expires is None else f"proof {_challenge(answer)}",
            expires or timezone.now().replace(minute=0, second=0, microsecond=0),
        )
        return expires is not None and uses == 1


def _expiry(answer: str, key: str) -> datetime | None:
    """Until when the challenge holds that ``answer`` solves; None where it solves none."""
    if not answer or len(answer) > LONGEST:
        return None
    try:
        if not altcha.verify_solution(answer, key, check_expires=True)[0]:
            return None
        expires = altcha.altcha.extract_params(_read(answer))["expires"][0].rstrip("&")
        return datetime.fromtimestamp(int(expires), UTC)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None


def _challenge(answer: str) -> str:
    return str(_read(answer)["challenge"])


def _read(answer: str) -> Any:
    return json.loads(base64.b64decode(answer).decode())


def _key(scope: str) -> str:
    return hmac.new(
        settings.SECRET_KEY.encode(), f"antenne.{scope}.proof".encode(), hashlib.sha256
    ).hexdigest()

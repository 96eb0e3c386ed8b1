"""Signed links in mails. Each token is good for one purpose and carries no address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import override

CONFIRM_WITHIN = timedelta(hours=72)
TEMPORARY = ("confirm_notice", "confirm_message", "confirm_watch")
"""Names of views whose links are good for a while only; all others work for ever."""


def url(view: str, language: str, public_id: Any) -> str:
    """The absolute address of ``view`` with a token for this record."""
    return absolute(f"requests:{view}", language, token(view, public_id))


def absolute(view: str, language: str, *args: Any) -> str:
    """The address of ``view`` with the site's own host, in ``language``."""
    with override(language):
        return f"{settings.WAGTAILADMIN_BASE_URL}{reverse(view, args=args)}"


def token(view: str, public_id: Any) -> str:
    """What the link to ``view`` carries."""
    return _signer(view).sign(str(public_id))


def read(view: str, token: str) -> str | None:
    """The id in a token of ours for ``view``; None if it is forged or too old."""
    signer = _signer(view)
    try:
        if isinstance(signer, signing.TimestampSigner):
            return signer.unsign(token, max_age=CONFIRM_WITHIN)
        return signer.unsign(token)
    except signing.BadSignature:
        return None


def _signer(view: str) -> signing.Signer:
    kind = signing.TimestampSigner if view in TEMPORARY else signing.Signer
    return kind(salt=f"antenne.requests.{view}")

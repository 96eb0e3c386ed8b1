"""Return addresses that name the delivery they belong to (VERP), so that a bounce says whose it is."""

from __future__ import annotations

import hmac
import re

from django.conf import settings

from tasks.newsletter.keyed import keyed

TAG = re.compile(r"(?:^|\+)(\d{1,18})\.([0-9a-f]{16})$")


def return_path(delivery: int) -> str:
    """The envelope sender of one delivery: ``bounces+<number>.<check>@example.org``.

    Empty where ``ANTENNE_BOUNCE_ADDRESS`` is not set.
    """
    if not settings.ANTENNE_BOUNCE_ADDRESS:
        return ""
    local, _, domain = settings.ANTENNE_BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{tag(delivery)}@{domain}"


def tag(delivery: int) -> str:
    """Names one delivery: ``<number>.<check>``. Nobody else can make one."""
    return f"{delivery}.{_check(delivery)}"


def delivery_of(address: str) -> int | None:
    """The delivery that a return address names; None for a forged one or any other address."""
    return delivery_tagged(address.rpartition("@")[0])


def delivery_tagged(text: str) -> int | None:
    """The delivery whose ``tag`` stands at the end of ``text``; None for a forged one or none."""
    found = TAG.search(text)
    if found is None or not hmac.compare_digest(found[2], _check(int(found[1]))):
        return None
    return int(found[1])


def _check(delivery: int) -> str:
    code = keyed("verp")
    code.update(str(delivery).encode())
    return code.hexdigest()[:16]

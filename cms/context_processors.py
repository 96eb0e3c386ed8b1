"""What base.html needs on every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from cms.frame import Frame


def site(request: HttpRequest) -> dict[str, Any]:
    """``frame``: header, footer and language switch. Asks the database only when it is used."""
    return {"frame": Frame(request)}

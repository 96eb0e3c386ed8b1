"""Where a request came from, as far as that can be trusted."""

from __future__ import annotations

from django.http import HttpRequest

from cms.clients import client_address
from tasks.newsletter.consent import Origin


def origin_of(request: HttpRequest) -> Origin:
    """The client's address and browser."""
    agent = request.headers.get("User-Agent", "").replace("\x00", "")
    return Origin(client_address(request), agent[:300])

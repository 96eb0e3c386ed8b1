"""Parts of admin views that change by themselves: the script asks for them until nothing moves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string


@dataclass(frozen=True)
class Fragment:
    """Such a part, with what tells the script whether it did change and whether it still will."""

    html: str
    state: str
    moving: bool

    @property
    def response(self) -> HttpResponse:
        """The part alone, for the script."""
        headers = {"X-Moving": "1" if self.moving else "0", "X-State": self.state}
        return HttpResponse(self.html, headers=headers)


def fragment(request: HttpRequest, template: str, context: dict[str, Any], *, moving: bool) -> Fragment:
    """``template`` with ``context``, and with the token that its forms need."""
    # The token is masked anew for every reply: what the script compares leaves it out.
    token = get_token(request)
    html = render_to_string(template, {**context, "csrf_token": token}, request)
    return Fragment(html, hashlib.sha256(html.replace(token, "").encode()).hexdigest(), moving)

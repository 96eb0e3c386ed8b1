"""The schema.org description that stands in a partnership's page."""

from __future__ import annotations

import json
from typing import Any

from partnerships.domain.documents import partnership_documents
from partnerships.domain.exports import linked
from partnerships.models import Partnership

HARMLESS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""With these written as JSON escapes, no text of a record can end the script element around it."""


def linked_script(partnership: Partnership, language: str, url: str) -> str:
    """JSON-LD for a data block. It names no person and no mail address."""
    (document,) = partnership_documents([partnership.pk], only_listed=False)
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        **linked(document),
        "name": partnership.title(language),
        "url": url,
    }
    return json.dumps(described, ensure_ascii=False, default=str).translate(HARMLESS)

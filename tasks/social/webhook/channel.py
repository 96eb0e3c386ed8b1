"""Announcements as signed calls. Receivers know a repeated one by its identifier."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from tasks.social.channel import (
    Capabilities,
    Channel,
    Draft,
    Limits,
    Published,
    Rendered,
    Repeat,
    Ticket,
)
from tasks.social.compose import compose
from tasks.social.counting import utf8
from tasks.social.webhook import changes
from tasks.social.webhook.calls import send
from tasks.social.webhook.forms import WebhookForm

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

# The specification asks for less than 20 kB in all.
LARGEST = 18_000
WAITS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds between attempts, as the specification suggests: three days in all."""


class WebhookChannel(Channel):
    """``announcement.published``, ``.updated`` and ``.withdrawn``."""

    slug = "webhook"
    verbose_name = gettext_lazy("Webhook")  # type: ignore[assignment]
    icon = "code"
    capabilities = Capabilities(edit=True, images=True, language=True, repeat=Repeat.HARMLESS)
    account_form = WebhookForm
    preview_template = "tasks/social/previews/webhook.html"
    backoff = tuple(timedelta(seconds=seconds) for seconds in WAITS)

    def limits(self, account: SocialAccount) -> Limits:
        """Bytes of the data."""
        return Limits(max_length=LARGEST, max_images=1, unit="bytes")

    def count(self, text: str, limits: Limits) -> int:
        """Bytes in UTF-8."""
        return utf8(text)

    def render(self, draft: Draft, limits: Limits) -> Rendered:
        """The data as JSON, indented for the preview; a long lead is shortened."""
        content = draft.content

        def as_json(text: str) -> str:
            data: dict[str, Any] = {
                "title": content.title,
                "text": text,
                "url": content.url,
                "language": content.locale,
                "topic": content.topic,
                "kind": content.kind,
                "hashtags": list(draft.hashtags),
                "image": {"url": draft.image.url, "alt": draft.image.alt} if draft.image else None,
                "starts_at": content.starts_at.isoformat() if content.starts_at else None,
                "ends_at": content.ends_at.isoformat() if content.ends_at else None,
            }
            return json.dumps(data, ensure_ascii=False, indent=2)

        text = compose(draft, lambda text: utf8(as_json(text)) <= limits.max_length)
        return Rendered(as_json(text), content.locale, content.url, content.title, content.lead, draft.image)

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """``announcement.published``."""
        data = {"id": ticket.key, **json.loads(rendered.text)}
        send(account, "announcement.published", ticket.key, ticket.at, data)
        return Published(ticket.key, rendered.url)

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """``announcement.updated``; an edit that brings back an earlier text is an event of its own."""
        at = ticket.edit_at or ticket.at
        data = {"id": remote_id, **json.loads(rendered.text)}
        identifier = f"{remote_id}-{rendered.fingerprint[:12]}-{at:%Y%m%dT%H%M%S%f}"
        send(account, "announcement.updated", identifier, at, data)
        return Published(remote_id, rendered.url)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """Nobody needs to be asked: a second call with the same identifier is no second event."""
        return None

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """``announcement.withdrawn``."""
        send(account, "announcement.withdrawn", f"{remote_id}-withdrawn", timezone.now(), {"id": remote_id})

    @classmethod
    def work(cls, seconds: float) -> bool:
        """Calls about changed pages."""
        return changes.send_due(seconds, cls.backoff)

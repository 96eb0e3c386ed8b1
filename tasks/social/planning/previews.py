"""A post as it would go out now, for people to look at before it does."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from cms.announceable import AnnouncementContent, Picture
from tasks.social.channel import Card, Channel, Limits, Problem, Rendered
from tasks.social.counting import utf8
from tasks.social.models import PostPlan, SocialAccount
from tasks.social.posts.drafts import draft_of

logger = logging.getLogger(__name__)
FALLBACK = "tasks/social/previews/plain.html"


@dataclass(frozen=True)
class Preview:
    """A post laid out. ``channel`` and ``rendered`` are None where the channel cannot do it."""

    account: SocialAccount
    problems: list[Problem]
    channel: Channel | None = None
    limits: Limits | None = None
    rendered: Rendered | None = None
    length: int = 0
    page_image: Picture | None = None

    @property
    def templates(self) -> list[str]:
        """The channel's template, and the one for channels whose plugin brings none."""
        return [self.channel.preview_template, FALLBACK] if self.channel else [FALLBACK]

    @property
    def is_too_long(self) -> bool:
        """Whether the text has to become shorter."""
        return bool(self.limits and self.length > self.limits.max_length)

    @property
    def size(self) -> int:
        """Bytes of the text, where the service counts them as well."""
        counts_bytes = self.rendered and self.limits and self.limits.max_bytes
        return utf8(self.rendered.text) if self.rendered and counts_bytes else 0

    @property
    def has_card(self) -> bool:
        """Whether the service shows a card of the page; an image of the post takes its place."""
        if self.channel is None or self.rendered is None:
            return False
        card = self.channel.capabilities.card
        return card is Card.CLIENT or (card is Card.SERVER and self.rendered.image is None)

    @property
    def card_image(self) -> Picture | None:
        """The picture in the card."""
        if self.channel and self.channel.capabilities.card is Card.SERVER:
            return self.page_image
        return self.rendered.image if self.rendered else None

    @property
    def domain(self) -> str:
        """Whose page the card is of."""
        return urlsplit(self.rendered.url).hostname or "" if self.rendered else ""


def preview(account: SocialAccount, content: AnnouncementContent, plan: PostPlan | None) -> Preview:
    """The post of ``content`` with ``account``; a channel that fails says so and stops no other."""
    try:
        return _laid_out(account, content, plan)
    except Exception as error:  # noqa: BLE001 -- third-party code; nothing is sent here
        logger.warning("No preview with account %s: %s", account.pk, type(error).__name__)
        words: Any = _("No preview: %(error)s") % {"error": str(error) or type(error).__name__}
        return Preview(account, [Problem("text", words)])


def _laid_out(account: SocialAccount, content: AnnouncementContent, plan: PostPlan | None) -> Preview:
    channel = account.get_channel()
    draft = draft_of(content, account, plan)
    limits = channel.limits_for(channel.known_limits(account), draft.image)
    rendered = channel.render(draft, limits)
    return Preview(
        account,
        channel.validate(rendered, limits),
        channel,
        limits,
        rendered,
        channel.count(rendered.text, limits),
        content.image,
    )

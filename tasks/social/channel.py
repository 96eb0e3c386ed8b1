"""The contract of a social channel. docs/plugins.md leads through writing one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from cms.announceable import Picture
from tasks.social.compose import compose, too_long, unknown_placeholders
from tasks.social.counting import utf8, with_short_links
from tasks.social.errors import (
    AuthFailed,
    ChannelError,
    Gone,
    RateLimited,
    Rejected,
    Retryable,
    Unknown,
)
from tasks.social.fields import ChannelForm
from tasks.social.values import (
    Capabilities,
    Card,
    Consent,
    Draft,
    Health,
    Limits,
    Pending,
    Problem,
    Published,
    Rendered,
    Repeat,
    Ticket,
)

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

__all__ = [
    "AuthFailed",
    "Capabilities",
    "Card",
    "Channel",
    "ChannelError",
    "ChannelForm",
    "Consent",
    "Draft",
    "Gone",
    "Health",
    "Limits",
    "Pending",
    "Problem",
    "Published",
    "RateLimited",
    "Rejected",
    "Rendered",
    "Repeat",
    "Retryable",
    "Ticket",
    "Unknown",
]

MINUTES = (1, 5, 30, 120, 480)


class Channel(ABC):
    """One kind of service. Instances hold no state: everything is in the account.

    ``account_form`` asks for what the channel needs to know of an account; ``backoff`` are the
    waits after the first, second… temporary refusal, after the last one the post has failed.
    """

    api_version: ClassVar[int] = 1
    slug: ClassVar[str]
    verbose_name: ClassVar[str]
    icon: ClassVar[str] = "comment"
    experimental: ClassVar[bool] = False
    capabilities: ClassVar[Capabilities] = Capabilities()
    account_form: ClassVar[type[forms.Form]] = ChannelForm
    preview_template: ClassVar[str] = "tasks/social/previews/plain.html"
    backoff: ClassVar[tuple[timedelta, ...]] = tuple(timedelta(minutes=minutes) for minutes in MINUTES)

    @abstractmethod
    def limits(self, account: SocialAccount) -> Limits:
        """What fits. May ask the service and raises ``ChannelError`` where that fails."""

    def known_limits(self, account: SocialAccount) -> Limits:
        """What fits, without asking anybody: for the preview, which must not wait for a service.

        To override where ``limits`` asks the service.
        """
        return self.limits(account)

    def limits_for(self, limits: Limits, image: Picture | None, remote_id: str = "") -> Limits:
        """What of ``limits`` holds for one post with ``image``, or without one. Pure.

        ``remote_id`` is that of the post that is edited, if any. To override where a text beside an
        image has to be shorter.
        """
        return limits

    @abstractmethod
    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published | Pending:
        """Post once. Raises ``ChannelError``; after the first byte every doubt is ``Unknown``."""

    @abstractmethod
    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """The post that an attempt with a lost reply left behind. Changes nothing.

        Who cannot look for ``ticket.key`` looks for a post that links to exactly ``ticket.url``.
        Earlier editions link there too: see ``ticket.since`` and ``ticket.known``.
        """

    @abstractmethod
    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """Take a post back. Raises ``Gone`` where there is none, which counts as done."""

    def check(self, account: SocialAccount, ticket: Ticket) -> Published | Pending | None:
        """Look after what ``publish`` left pending; None where ``publish`` may go on. Changes nothing."""
        return None

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """Put ``rendered`` in the place of a post; only where ``capabilities.edit``. May be repeated."""
        raise NotImplementedError

    def probe(self, account: SocialAccount) -> Health:
        """Whether the account still works, asked once a day. Raises ``AuthFailed`` where it does not."""
        return Health(account.remote_name, account.remote_url, account.expires_at)

    def refresh(self, account: SocialAccount) -> dict[str, Any] | None:
        """New credentials before the old ones end; None where there is nothing to renew.

        A key ``expires_at`` (ISO 8601) among them says until when they hold.
        """
        return None

    def authorize(self, account: SocialAccount, *, redirect_uri: str, state: str) -> Consent:
        """Begin to connect the account; only where ``capabilities.oauth``."""
        raise NotImplementedError

    def connect(self, account: SocialAccount, *, redirect_uri: str, code: str) -> dict[str, Any]:
        """The credentials for the ``code`` that the service gave the editor."""
        raise NotImplementedError

    @classmethod
    def work(cls, seconds: float) -> bool:
        """What the channel does in the background beside posting, such as deliveries of its own.

        For at most about ``seconds``; True where more is waiting. Called about every quarter of a minute.
        """
        return False

    def count(self, text: str, limits: Limits) -> int:
        """The length of ``text`` as the service counts it: graphemes, links at their own price."""
        return with_short_links(text, limits.url_length)

    def fits(self, text: str, limits: Limits) -> bool:
        """Whether the service takes a text of this length."""
        short = self.count(text, limits) <= limits.max_length
        return short and (limits.max_bytes is None or utf8(text) <= limits.max_bytes)

    def render(self, draft: Draft, limits: Limits) -> Rendered:
        """The draft laid out, with the lead shortened to what fits. Pure."""
        content = draft.content
        return Rendered(
            text=compose(draft, lambda text: self.fits(text, limits)),
            language=content.locale,
            url=content.url,
            title=content.title,
            description=content.lead,
            image=draft.image if limits.max_images else None,
            hashtags=draft.hashtags,
        )

    def validate(self, rendered: Rendered, limits: Limits) -> list[Problem]:
        """What keeps the post from going out. Pure."""
        problems = []
        length = self.count(rendered.text, limits)
        if length > limits.max_length:
            problems.append(Problem("text", too_long(length, limits.max_length)))
        elif not self.fits(rendered.text, limits):
            problems.append(Problem("text", too_long(utf8(rendered.text), limits.max_bytes or 0)))
        if names := unknown_placeholders(rendered.text):
            wrong = ", ".join(f"{{{name}}}" for name in names)
            problems.append(Problem("text", _("Not a placeholder: %(names)s") % {"names": wrong}))
        return [*problems, *self._image_problems(rendered, limits)]

    def _image_problems(self, rendered: Rendered, limits: Limits) -> list[Problem]:
        if rendered.image is None:
            needed = _("This service takes no post without an image.")
            return [Problem("image", needed)] if limits.needs_image else []
        if not rendered.image.alt.strip() and self.capabilities.alt_text:
            return [Problem("alt", _("The image needs an alternative text."))]
        if len(rendered.image.alt) > limits.alt_length:
            return [Problem("alt", too_long(len(rendered.image.alt), limits.alt_length))]
        return []

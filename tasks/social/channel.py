"""The contract of a social channel. docs/plugins.md leads through writing one.

ChannelError
 ├─ Retryable(after)   it certainly did not happen; try again
 │   └─ RateLimited    the service asks us to slow down
 ├─ Unknown            the reply was lost: it may have happened
 ├─ Rejected           the service will never take it
 ├─ AuthFailed         the account has to be connected again
 └─ Gone               what we wanted to change is not there any more
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import regex

from cms.announceable import AnnouncementContent

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount


class ChannelError(Exception):
    """Something went wrong on the way to the service. The text is shown to the editor."""

    code: str = ""

    def __init__(self, message: str, code: str | int = "") -> None:
        super().__init__(message)
        self.code = str(code)


class Retryable(ChannelError):
    """It certainly did not happen. ``after`` is the wait in seconds, if the service named one."""

    def __init__(self, message: str, code: str | int = "", after: float | None = None) -> None:
        super().__init__(message, code)
        self.after = after


class RateLimited(Retryable):
    """The service asks us to slow down."""


class Unknown(ChannelError):
    """The reply was lost: it may have happened."""


class Rejected(ChannelError):
    """The service will never take this."""


class AuthFailed(ChannelError):
    """The account has to be connected again."""


class Gone(ChannelError):
    """What we wanted to change is not there any more."""


@dataclass(frozen=True)
class Limits:
    """What fits into one post; ``url_length`` is what a link counts, None where it counts in full."""

    max_length: int
    url_length: int | None = None


@dataclass(frozen=True)
class Rendered:
    """A post as the channel will send it."""

    text: str
    language: str
    url: str


@dataclass(frozen=True)
class Published:
    """A post that the service has."""

    remote_id: str
    url: str


class Channel(ABC):
    """One kind of service. Instances hold no state: everything is in the account."""

    slug: ClassVar[str]
    verbose_name: ClassVar[str]
    needs_server: ClassVar[bool] = False
    needs_token: ClassVar[bool] = False

    @abstractmethod
    def limits(self, account: SocialAccount) -> Limits:
        """What fits. May ask the service and raises ``ChannelError`` where that fails."""

    @abstractmethod
    def publish(self, rendered: Rendered, account: SocialAccount, *, key: str) -> Published:
        """Post once. ``key`` is the same for every attempt. Raises ``ChannelError``."""

    @abstractmethod
    def find_existing(
        self, account: SocialAccount, *, key: str, url: str, since: datetime, known: frozenset[str]
    ) -> Published | None:
        """The post that an attempt with a lost reply left behind. Changes nothing.

        Who cannot look for ``key`` looks for a post that links to exactly ``url``. Earlier editions
        link there too: no attempt was made before ``since``, and the remote ids in ``known`` belong
        to other posts.
        """

    @abstractmethod
    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """Take a post back. Raises ``Gone`` where there is none, which counts as done."""

    def count(self, text: str, limits: Limits) -> int:
        """The length of ``text`` as the service counts it: graphemes, links at their own price."""
        if limits.url_length is None:
            return len(regex.findall(r"\X", text))
        bare, links = regex.subn(r"https?://\S+", "", text)
        return len(regex.findall(r"\X", bare)) + links * limits.url_length

    def render(self, content: AnnouncementContent, limits: Limits) -> Rendered:
        """Title, lead, link and hashtags, with the lead shortened to what fits. Pure."""
        tags = " ".join(f"#{tag}" for tag in content.hashtags)
        ending = "\n\n".join(part for part in (content.url, tags) if part)
        lead = _beginning(content.lead, limits.max_length)
        text = self._joined(content.title, lead, ending)
        while self.count(text, limits) > limits.max_length and lead:
            lead = _without_last_word(lead)
            text = self._joined(content.title, lead, ending)
        if self.count(text, limits) > limits.max_length:
            text = self._joined(content.title, "", content.url)
        return Rendered(text, content.locale, content.url)

    @staticmethod
    def _joined(*parts: str) -> str:
        return "\n\n".join(part for part in parts if part)


def _beginning(lead: str, length: int) -> str:
    """At most ``length`` graphemes of ``lead``: counting a long text word by word takes too long."""
    graphemes = regex.findall(r"\X", lead)
    return lead if len(graphemes) <= length else _without_last_word("".join(graphemes[:length]))


def _without_last_word(lead: str) -> str:
    rest = lead.rstrip("…").rpartition(" ")[0]
    return f"{rest}…" if rest else ""

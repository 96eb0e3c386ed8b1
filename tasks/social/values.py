"""The plain values that a channel and the rest of the site exchange."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from cms.announceable import AnnouncementContent, Picture

DEFAULT_TEMPLATE = "{title}\n\n{lead}\n\n{url}\n\n{tags}"


class Repeat(Enum):
    """What a second attempt of the same post does, and so whether it may be made without asking."""

    HARMLESS = "harmless"
    """The service keeps one post however often it is sent: what is unknown is simply sent again."""
    FINDABLE = "findable"
    """``find_existing`` can tell whether the first attempt worked."""
    BLIND = "blind"
    """Nobody can tell: what is unknown stays unknown until an editor has looked."""


class Card(Enum):
    """How the preview of a link comes to be."""

    SERVER = "server"
    """The service fetches the page and reads its social-card tags."""
    CLIENT = "client"
    """The channel sends title, description and picture along."""
    NONE = "none"
    """There is none; ``Rendered.image`` is the picture of the post, if any."""


@dataclass(frozen=True)
class Capabilities:
    """What a service can do. The admin shows only what is possible."""

    edit: bool = False
    delete: bool = True
    images: bool = False
    alt_text: bool = False
    language: bool = False
    oauth: bool = False
    """Whether the account is connected with ``authorize`` and ``connect``."""
    by_hand: bool = False
    """Whether a person posts what the site has prepared."""
    repeat: Repeat = Repeat.FINDABLE
    card: Card = Card.NONE


@dataclass(frozen=True)
class Limits:
    """What fits into one post.

    ``max_length`` is in the unit that ``Channel.count`` counts in, which for people is called
    ``unit``: characters or bytes; ``url_length`` is what a link
    counts, None where it counts in full; ``max_bytes`` is a second limit on the text in UTF-8;
    ``image_bytes`` and ``alt_length`` (characters) are for one image.
    """

    max_length: int
    url_length: int | None = None
    max_bytes: int | None = None
    max_images: int = 0
    image_bytes: int = 8_000_000
    alt_length: int = 1500
    needs_image: bool = False
    unit: Literal["characters", "bytes"] = "characters"


@dataclass(frozen=True)
class Draft:
    """What is to be posted, before any channel has laid it out.

    ``template`` is a text with the placeholders of ``tasks.social.compose``. ``image`` is the
    picture that the editor chose, else the page's own; None where the post shall have none.
    """

    content: AnnouncementContent
    template: str = DEFAULT_TEMPLATE
    image: Picture | None = None
    hashtags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """A post as the channel will send it; the preview shows exactly this.

    ``title`` and ``description`` are those of the link's card. ``extra`` is whatever a channel
    wants to keep from rendering to sending, as JSON types.
    """

    text: str
    language: str
    url: str
    title: str = ""
    description: str = ""
    image: Picture | None = None
    hashtags: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """The same for two that look the same on the service (hexadecimal SHA-256)."""
        parts = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True)
class Ticket:
    """What stays the same in every attempt of one post.

    ``key`` names the post to the service (at most 60 ASCII characters), ``at`` is the moment the
    post was made. ``state`` is what ``Pending`` left behind. No attempt was made before ``since``;
    the remote ids in ``known`` belong to other posts (only filled for ``find_existing``). ``edit_at``
    is when the edit was asked for that ``update`` makes, in every attempt of it.
    """

    key: str
    at: datetime
    url: str
    since: datetime
    state: Mapping[str, Any] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    edit_at: datetime | None = None


@dataclass(frozen=True)
class Published:
    """A post that the service has."""

    remote_id: str
    url: str


@dataclass(frozen=True)
class Pending:
    """Not published yet. ``state`` (JSON types) comes back in the ticket of the next attempt.

    ``after`` is the wait in seconds; None means that a person has to do the rest.
    """

    state: Mapping[str, Any]
    after: float | None


@dataclass(frozen=True)
class Problem:
    """Why a post cannot go out as it is, in words for the editor; ``field`` is text, image or alt."""

    field: str
    message: str


@dataclass(frozen=True)
class Health:
    """What a probe found. ``expires_at`` is when the connection ends unless somebody renews it.

    ``name`` and ``url`` are the account's own on the service.
    """

    name: str = ""
    url: str = ""
    expires_at: datetime | None = None
    warning: str = ""


@dataclass(frozen=True)
class Consent:
    """The first half of connecting an account by OAuth (RFC 6749, 4.1).

    ``url`` is where the editor gives consent; ``credentials`` are kept until they come back.
    """

    url: str
    credentials: Mapping[str, Any]

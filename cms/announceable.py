"""The one thing that ``tasks`` knows about a page: what it would say when announced."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Protocol, Self, runtime_checkable

from cms.text import well_formed, xml_text


def _clean(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_clean, value))
    return xml_text(value) if isinstance(value, str) else value


class _CleanTexts:
    """Texts are free of what XML forbids, so that no pasted character can stop a mail or a feed."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for part in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            object.__setattr__(self, part.name, _clean(getattr(self, part.name)))


@dataclass(frozen=True, slots=True)
class Picture(_CleanTexts):
    """An image for mails and posts; ``url`` is absolute, ``alt`` may be empty if decorative."""

    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Fact(_CleanTexts):
    """One line of a fact sheet, both parts in the page's own language."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class AnnouncementContent(_CleanTexts):
    """What is announced, free of any channel: plain values that survive as JSON.

    ``url`` is absolute and canonical, ``locale`` a language code, ``topic`` a key of
    ``Plugin.topics``, ``kind`` the page type's name for readers, ``body_html`` clean HTML with
    absolute links (made well-formed here), ``hashtags`` words without "#".

    ``subjects`` are keys of ``Plugin.subjects``: who follows one of them hears of this, too.
    ``audience`` narrows the readers down (``tasks.newsletter.segments``); None means everybody who
    chose the topic. ``mail_mjml`` takes the place of the body in mails where a page lays its mail
    out itself: MJML sections, with all texts escaped. ``in_archive`` says whether the mail may stand
    in the public archive.
    """

    title: str
    lead: str
    url: str
    locale: str
    topic: str
    kind: str
    image: Picture | None = None
    facts: tuple[Fact, ...] = ()
    body_html: str = ""
    hashtags: tuple[str, ...] = ()
    funder: str = ""
    subjects: tuple[str, ...] = ()
    audience: dict[str, Any] | None = None
    mail_mjml: str = ""
    in_archive: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        _CleanTexts.__post_init__(self)
        object.__setattr__(self, "body_html", well_formed(self.body_html))

    def to_json(self) -> dict[str, Any]:
        """A dictionary of JSON types."""
        data = asdict(self)
        for name in ("starts_at", "ends_at"):
            data[name] = data[name].isoformat() if data[name] else None
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of ``to_json``."""
        known = {**data}
        known["image"] = Picture(**data["image"]) if data.get("image") else None
        known["facts"] = tuple(Fact(**fact) for fact in data.get("facts", ()))
        known["hashtags"] = tuple(data.get("hashtags", ()))
        known["subjects"] = tuple(data.get("subjects", ()))
        for name in ("starts_at", "ends_at"):
            known[name] = datetime.fromisoformat(data[name]) if data.get(name) else None
        return cls(**known)


@runtime_checkable
class Announceable(Protocol):
    """A page that can be announced. A plugin also lists its type in ``Plugin.announceable``."""

    def get_announcement(self) -> AnnouncementContent:
        """The content to announce, in the page's own language, as the page is now."""
        ...

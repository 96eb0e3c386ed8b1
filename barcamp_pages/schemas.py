"""The JSON of a barcamp report, typed for OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema


class CountOut(Schema):
    """A number with how sure it is; ``text`` says both in the page's language."""

    number: int
    qualifier: Literal["", "about", "more_than", "exactly"]
    text: str


class WhenWhereOut(Schema):
    """When and where. ``date_precision`` says which part of the dates may be relied on."""

    starts_at: datetime | None
    ends_at: datetime | None
    date_precision: Literal["time", "day"]
    time_zone: str
    date_text: str
    venue_name: str
    venue_address: str


class ModeratorOut(Schema):
    """Who moderated."""

    name: str
    function: str


class TableOut(Schema):
    """One table of a round; ``notes_html`` is clean HTML with absolute links."""

    topic: str
    question: str
    notes_html: str
    results: list[str]
    open_questions: list[str]


class RoundOut(Schema):
    """A round of parallel tables; without tables its topics were not recorded."""

    kind: Literal["round"]
    title: str
    note: str
    topics_recorded: bool
    tables: list[TableOut]


class PlenaryOut(Schema):
    """A part in which everybody was together."""

    kind: Literal["plenary"]
    title: str
    notes_html: str


class IdeaOut(Schema):
    """An idea or a next step."""

    text: str
    kind: Literal["idea", "next_step", "event", "project"]
    status: Literal["open", "planned", "done"]
    owner: str
    due: str


class GuestOut(Schema):
    """A guest organisation or an information stand."""

    organisation: str
    person: str
    what: str


class ThanksOut(Schema):
    """A word of thanks."""

    to: str
    what_for: str


class PictureOut(Schema):
    """A picture; ``url`` is absolute, ``alt`` is empty where the picture is decorative."""

    url: str
    alt: str
    width: int
    height: int
    caption: str
    credit: str


class NextEventOut(Schema):
    """What comes next; ``url`` is empty until its page is public."""

    title: str
    text: str
    url: str


class FunderOut(Schema):
    """The funder's mention."""

    text: str
    url: str


class BarcampBody(Schema):
    """A report's own content."""

    when_where: WhenWhereOut
    host: str
    moderator: ModeratorOut | None
    participants: CountOut | None
    partnerships: CountOut | None
    smallest_place: CountOut | None
    largest_place: str
    body: list[dict[str, Any]]
    rounds: list[Annotated[RoundOut | PlenaryOut, Field(discriminator="kind")]]
    ideas: list[IdeaOut]
    guests: list[GuestOut]
    thanks: list[ThanksOut]
    gallery: list[PictureOut]
    next_event: NextEventOut | None
    funder: FunderOut | None
    hashtags: list[str]

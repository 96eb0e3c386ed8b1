"""The edit form of a congress announcement, in the order in which an editor writes one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, TabbedInterface

from cms.models.base import AnnounceablePage


def congress_edit_handler() -> TabbedInterface:
    """Tabs: content, facts, programme, announcement, promotion."""
    return TabbedInterface(
        [
            ObjectList(_content(), heading=_("Content")),
            ObjectList(_facts(), heading=_("Facts")),
            ObjectList(_programme(), heading=_("Programme")),
            ObjectList(_announce(), heading=_("Announce")),
            ObjectList(AnnounceablePage.promote_panels, heading=_("Promote")),
        ]
    )


def _content() -> list[Any]:
    return [*AnnounceablePage.content_panels, FieldPanel("image"), FieldPanel("body")]


def _facts() -> list[Any]:
    return [
        MultiFieldPanel(
            [
                FieldPanel("date_precision"),
                FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                FieldPanel("time_zone"),
                FieldPanel("date_note"),
            ],
            heading=_("When"),
            icon="date",
        ),
        MultiFieldPanel(
            [FieldPanel("venue_name"), FieldPanel("venue_address"), FieldPanel("languages")],
            heading=_("Where"),
            icon="site",
        ),
        MultiFieldPanel(
            [
                FieldPanel("registration_required"),
                FieldPanel("places_limited"),
                FieldPanel("registration_url"),
                FieldPanel("registration_opens"),
            ],
            heading=_("Registration"),
            icon="user",
        ),
    ]


def _programme() -> list[Any]:
    return [FieldPanel("programme_status"), FieldPanel("programme"), FieldPanel("call")]


def _announce() -> list[Any]:
    return [*AnnounceablePage.announce_panels, FieldPanel("hashtags"), FieldPanel("funder")]

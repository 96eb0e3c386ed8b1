"""The edit form of a report, in the order in which an editor writes one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
    PageChooserPanel,
    TabbedInterface,
)

from cms.models import AnnounceablePage


def edit_handler() -> TabbedInterface:
    """Tabs: content, facts, rounds and results, announcement, promotion."""
    return TabbedInterface(
        [
            ObjectList(_content(), heading=_("Content")),
            ObjectList(_facts(), heading=_("Facts")),
            ObjectList(_rounds(), heading=_("Rounds and results")),
            ObjectList(_announce(), heading=_("Announce")),
            ObjectList(AnnounceablePage.promote_panels, heading=_("Promote")),
        ]
    )


def _content() -> list[Any]:
    return [*AnnounceablePage.content_panels, FieldPanel("body"), FieldPanel("gallery")]


def _facts() -> list[Any]:
    return [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                FieldRowPanel([FieldPanel("date_precision"), FieldPanel("time_zone")]),
            ],
            heading=_("When"),
            icon="date",
        ),
        MultiFieldPanel(
            [FieldPanel("venue_name"), FieldPanel("venue_address")], heading=_("Where"), icon="site"
        ),
        MultiFieldPanel(
            [
                FieldPanel("host"),
                FieldRowPanel([FieldPanel("moderator_name"), FieldPanel("moderator_function")]),
            ],
            heading=_("Who invited and moderated"),
            icon="user",
        ),
        MultiFieldPanel(
            [
                _counted("participants_count", "participants_qualifier"),
                _counted("partnerships_count", "partnerships_qualifier"),
                _counted("smallest_place_population", "smallest_place_qualifier"),
                FieldPanel("largest_place"),
            ],
            heading=_("Who took part"),
            help_text=_(
                "Leave empty what is not known. “About 30” is a number, 30, and how sure it is: about."
            ),
            icon="group",
        ),
    ]


def _counted(number: str, qualifier: str) -> FieldRowPanel:
    return FieldRowPanel([FieldPanel(number), FieldPanel(qualifier)])


def _rounds() -> list[Any]:
    next_event = [
        FieldPanel("next_event_title"),
        FieldPanel("next_event_text"),
        PageChooserPanel("next_event_page"),
    ]
    return [
        FieldPanel("rounds"),
        FieldPanel("ideas"),
        FieldPanel("guests"),
        FieldPanel("thanks"),
        MultiFieldPanel(next_event, heading=_("What comes next"), icon="date"),
    ]


def _announce() -> list[Any]:
    return [
        *AnnounceablePage.announce_panels,
        FieldPanel("hashtags"),
        FieldPanel("funder"),
        *AnnounceablePage.settings_panels,
    ]

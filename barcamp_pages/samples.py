"""What the previews of the blocks show in the editor; no fact of any real event."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from barcamp_pages.domain.choices import IdeaKind, IdeaStatus


def sample_round() -> dict[str, Any]:
    """A round with two tables."""
    topics = (_("Winning members"), _("Visible in the town"))
    return {
        "title": _("Round 1"),
        "note": "",
        "topics_not_recorded": False,
        "tables": [
            {"topic": topic, "question": "", "notes": "", "results": [], "open_questions": []}
            for topic in topics
        ],
    }


def sample_plenary() -> dict[str, Any]:
    """A plenary part."""
    return {"title": _("Introduction"), "notes": _("Everybody named the questions they had brought along.")}


def sample_idea() -> dict[str, Any]:
    """A next step with somebody who takes care of it."""
    return {
        "text": _("An open evening to get a taste of the twinning."),
        "kind": IdeaKind.NEXT_STEP,
        "status": IdeaStatus.PLANNED,
        "owner": _("Twinning association"),
        "due": _("in spring"),
    }


def sample_guest() -> dict[str, Any]:
    """An information stand."""
    return {"organisation": _("Name of the organisation"), "person": "", "what": _("Information on funding")}


def sample_thanks() -> dict[str, Any]:
    """A word of thanks."""
    return {"to": _("The library"), "what_for": _("for the rooms")}

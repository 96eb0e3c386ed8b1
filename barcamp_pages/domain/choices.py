"""Fixed keys with labels: how sure a count is, what an idea is and how far it has come."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Qualifier(models.TextChoices):
    """How exact a count is."""

    ABOUT = "about", pgettext_lazy("count", "about")
    MORE_THAN = "more_than", pgettext_lazy("count", "more than")
    EXACTLY = "exactly", pgettext_lazy("count", "exactly")


class IdeaKind(models.TextChoices):
    """What an idea is meant to become."""

    IDEA = "idea", _("Idea")
    NEXT_STEP = "next_step", _("Next step")
    EVENT = "event", _("Event")
    PROJECT = "project", _("Project")


class IdeaStatus(models.TextChoices):
    """How far an idea has come."""

    OPEN = "open", pgettext_lazy("idea", "Open")
    PLANNED = "planned", pgettext_lazy("idea", "Planned")
    DONE = "done", pgettext_lazy("idea", "Done")

"""Fixed keys with translated labels. The kinds are RGRE's four plus sponsorship (Patenschaft)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(models.TextChoices):
    """What kind of territory a municipality record stands for."""

    MUNICIPALITY = "municipality", _("Municipality")
    DISTRICT_OF_CITY = "district_of_city", _("Part of a municipality")
    ASSOCIATION = "association_of_municipalities", _("Association of municipalities")
    DISTRICT = "district", _("District")
    REGION = "region", _("Region")


class CodeType(models.TextChoices):
    """The register an official code comes from."""

    AGS = "ags", _("AGS (German municipality key)")
    INSEE = "insee", _("INSEE (French commune code)")


class Kind(models.TextChoices):
    """How formal a relation is."""

    PARTNERSHIP = "partnership", pgettext_lazy("kind of partnership", "Partnership")
    FRIENDSHIP = "friendship", pgettext_lazy("kind of partnership", "Friendship")
    CONTACT = "contact", pgettext_lazy("kind of partnership", "Contact")
    PROJECT = "project", pgettext_lazy("kind of partnership", "Project partnership")
    SPONSORSHIP = "sponsorship", pgettext_lazy("kind of partnership", "Sponsorship")


class Status(models.TextChoices):
    """Whether a partnership lives."""

    ACTIVE = "active", pgettext_lazy("status of a partnership", "Active")
    DORMANT = "dormant", pgettext_lazy("status of a partnership", "Dormant")
    SEEKING_REVIVAL = "seeking_revival", pgettext_lazy("status of a partnership", "Seeking revival")
    IN_PREPARATION = "in_preparation", pgettext_lazy("status of a partnership", "In preparation")
    ENDED = "ended", pgettext_lazy("status of a partnership", "Ended")
    UNKNOWN = "unknown", pgettext_lazy("status of a partnership", "Unknown")


class Precision(models.TextChoices):
    """How much of a date is known; the unknown part of the stored date is 1."""

    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")

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
    SIREN = "siren", _("SIREN (French public bodies, e.g. an EPCI)")
    NUTS = "nuts", _("NUTS (European regions and districts)")


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


class Rhythm(models.TextChoices):
    """How often partners meet."""

    SEVERAL = "several", _("Several times a year")
    YEARLY = "yearly", _("Every year")
    ALTERNATING = "alternating", _("Every year, in turn here and there")
    BIENNIAL = "biennial", _("Every second year")
    IRREGULAR = "irregular", _("Now and then")


class Verification(models.TextChoices):
    """Whether somebody has checked the facts."""

    YES = "yes", pgettext_lazy("verified", "Yes, by a source")
    SELF_REPORTED = "self_reported", pgettext_lazy("verified", "Reported by the partners themselves")
    NO = "no", pgettext_lazy("verified", "No")


class LegalForm(models.TextChoices):
    """What an association is in law."""

    EV = "ev", _("Registered association (e. V.)")
    LOI_1901 = "loi_1901", _("Association under the law of 1901")
    MUNICIPAL = "municipal", _("Part of the town administration")
    INFORMAL = "informal", _("Informal group")
    OTHER = "other", pgettext_lazy("legal form", "Other")


class Visibility(models.TextChoices):
    """How far a contact may be used. An address itself is never shown to anybody but editors."""

    PUBLIC = "public", _("Name and role are shown, messages are passed on")
    RELAY = "relay", _("Nothing is shown, messages are passed on")
    INTERNAL = "internal", _("For editors only")


class Language(models.TextChoices):
    """The languages in which the directory writes to people."""

    DE = "de", _("German")
    FR = "fr", _("French")
    EN = "en", _("English")

"""Fixed keys with translated labels."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Applicant(models.TextChoices):
    """Who asks for money."""

    ASSOCIATION = "association", pgettext_lazy("applicant", "Association, partnership committee")
    MUNICIPALITY = "municipality", pgettext_lazy("applicant", "Municipality")
    SCHOOL = "school", pgettext_lazy("applicant", "School")
    COMPANY = "company", pgettext_lazy("applicant", "Company, training company")
    GROUP = "group", pgettext_lazy("applicant", "Group without legal form")
    PERSON = "person", pgettext_lazy("applicant", "Single person")


class Purpose(models.TextChoices):
    """What the money is for."""

    MEETING = "meeting", pgettext_lazy("project", "Meeting of citizens")
    YOUTH = "youth", pgettext_lazy("project", "Youth exchange")
    SCHOOL = "school", pgettext_lazy("project", "School exchange")
    TRAINING = "training", pgettext_lazy("project", "Vocational training, internship")
    CULTURE = "culture", pgettext_lazy("project", "Culture, music, sport")
    CONFERENCE = "conference", pgettext_lazy("project", "Conference, workshop, network")
    SEARCH = "search", pgettext_lazy("project", "Search for a partner")


class Ages(models.TextChoices):
    """Whose taking part is paid for."""

    YOUNG = "young", pgettext_lazy("ages", "Children and young people")
    ADULTS = "adults", pgettext_lazy("ages", "Adults")


class Country(models.TextChoices):
    """Where the applicant is at home."""

    DE = "DE", _("Germany")
    FR = "FR", _("France")


class CountedBy(models.TextChoices):
    """What an amount is for one of."""

    PROJECT = "project", pgettext_lazy("amount", "for a project")
    PERSON = "person", pgettext_lazy("amount", "for each person")
    PERSON_DAY = "person_day", pgettext_lazy("amount", "for each person and day")
    YEAR = "year", pgettext_lazy("amount", "for a year")


class Condition(models.TextChoices):
    """Whether money is to be had."""

    OPEN = "open", pgettext_lazy("funding programme", "Open")
    PAUSED = "paused", pgettext_lazy("funding programme", "Paused")
    ENDED = "ended", pgettext_lazy("funding programme", "Ended")


class DeadlineKind(models.TextChoices):
    """How a deadline is set."""

    DATED = "dated", pgettext_lazy("deadline", "On one date")
    YEARLY = "yearly", pgettext_lazy("deadline", "Every year on the same day")
    ROLLING = "rolling", pgettext_lazy("deadline", "At any time")
    BEFORE = "before", pgettext_lazy("deadline", "Weeks before the project begins")

"""Funding programmes with their deadlines, and the page that shows them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import Orderable

from partnerships.funding.choices import (
    Ages,
    Applicant,
    Condition,
    CountedBy,
    Country,
    DeadlineKind,
    Purpose,
)
from partnerships.funding.deadlines import Rule, in_year
from partnerships.funding.fields import KeysField
from partnerships.models.pages import SectionPage

STALE_AFTER = timedelta(days=365)
LEAP_YEAR = 2024


class FundingProgramme(ClusterableModel):
    """One programme, or one category of it with conditions of its own. What is not known stays empty."""

    key = models.SlugField(
        _("key"),
        unique=True,
        help_text=_("For the API and the calendar, e.g. citizens-fund. Never change it."),
    )
    name_de = models.CharField(_("German name"), max_length=160, help_text=_("As German readers see it."))
    name_fr = models.CharField(_("French name"), max_length=160, help_text=_("As French readers see it."))
    name_en = models.CharField(_("English name"), max_length=160, help_text=_("For the API."))
    text_de = models.TextField(
        _("German text"), blank=True, help_text=_("Two or three sentences: what it is, and what to mind.")
    )
    text_fr = models.TextField(_("French text"), blank=True, help_text=_("The same for French readers."))
    text_en = models.TextField(_("English text"), blank=True, help_text=_("The same for the API."))
    funder = models.CharField(_("funder"), max_length=160, help_text=_("Who gives the money."))
    applicants = KeysField(
        _("who may apply"), options=Applicant, help_text=_("Tick none if it is not known.")
    )
    purposes = KeysField(
        _("kinds of project"), options=Purpose, help_text=_("What is funded. Tick none if it is not known.")
    )
    ages = KeysField(
        _("age groups"),
        options=Ages,
        help_text=_("Whose taking part is funded. Tick none if it is not known."),
    )
    countries = KeysField(
        _("countries"),
        options=Country,
        help_text=_("Where the applicant may be. Tick none if it is not known."),
    )
    people_min = models.PositiveIntegerField(
        _("at least so many people"), null=True, blank=True, help_text=_("Leave empty if it is not known.")
    )
    people_max = models.PositiveIntegerField(
        _("at most so many people"), null=True, blank=True, help_text=_("Leave empty if it is not known.")
    )
    amount_min = models.PositiveIntegerField(
        _("amount from"), null=True, blank=True, help_text=_("In euros. Leave empty if it is not known.")
    )
    amount_max = models.PositiveIntegerField(
        _("amount up to"), null=True, blank=True, help_text=_("In euros. Leave empty if it is not known.")
    )
    counted_by = models.CharField(
        _("amount is"),
        max_length=16,
        choices=CountedBy.choices,
        blank=True,
        help_text=_("What it is given for."),
    )
    share_max = models.PositiveSmallIntegerField(
        _("share of the costs"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("At most so many per cent. Leave empty if it is not known."),
    )
    url = models.URLField(_("web address"), max_length=500, help_text=_("Where readers look it all up."))
    licence = models.CharField(
        _("licence"), max_length=80, blank=True, help_text=_("Of texts taken from the source, if any.")
    )
    checked_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_("When somebody last compared this with the source. After a year readers are warned."),
    )
    condition = models.CharField(
        _("status"),
        max_length=8,
        choices=Condition.choices,
        default=Condition.OPEN,
        help_text=_("Whether applications are taken at present."),
    )
    is_listed = models.BooleanField(
        _("shown to the public"),
        default=True,
        help_text=_("Whether the page, the calendar and the API show it."),
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("funding programme")
        verbose_name_plural = _("funding programmes")
        ordering: ClassVar[list[str]] = ["key"]

    def __str__(self) -> str:
        return self.name()

    def clean(self) -> None:
        """Refuse a largest number below the smallest, a future check, an amount of nothing."""
        super().clean()
        faults: dict[str, Any] = {}
        for name in ("people", "amount"):
            low, high = getattr(self, f"{name}_min"), getattr(self, f"{name}_max")
            if low is not None and high is not None and high < low:
                faults[f"{name}_max"] = _("This is less than the number before it.")
        if self.checked_on and self.checked_on > timezone.localdate():
            faults["checked_on"] = _("This day is still to come.")
        if (self.amount_min is not None or self.amount_max is not None) and not self.counted_by:
            faults["counted_by"] = _("Say what the amount is given for.")
        if faults:
            raise ValidationError(faults)

    def name(self, language: str | None = None) -> str:
        """The name for readers of ``language`` (the active one by default)."""
        return str(self._said("name", language))

    def text(self, language: str | None = None) -> str:
        """The text for readers of ``language``; empty where there is none."""
        return str(self._said("text", language))

    def _said(self, name: str, language: str | None) -> str:
        code = (language or get_language() or "en")[:2]
        found: str = getattr(self, f"{name}_{code if code in ('de', 'fr') else 'en'}")
        return found

    def is_stale(self, today: date) -> bool:
        """Whether nobody has looked at the source for a year, or ever."""
        return self.checked_on is None or today - self.checked_on > STALE_AFTER

    def rules(self) -> list[Rule]:
        """Its deadlines, for reckoning."""
        return [deadline.rule() for deadline in self.deadlines.all()]


class FundingDeadline(Orderable):
    """One deadline of a programme."""

    NEEDS: ClassVar[dict[str, tuple[str, ...]]] = {
        DeadlineKind.DATED: ("day",),
        DeadlineKind.YEARLY: ("month", "day_of_month"),
        DeadlineKind.BEFORE: ("weeks",),
        DeadlineKind.ROLLING: (),
    }
    programme = ParentalKey(FundingProgramme, on_delete=models.CASCADE, related_name="deadlines")
    kind = models.CharField(
        _("kind of deadline"),
        max_length=8,
        choices=DeadlineKind.choices,
        help_text=_("Fill in only the fields below that belong to it."),
    )
    day = models.DateField(_("date"), null=True, blank=True, help_text=_("For one date."))
    month = models.PositiveSmallIntegerField(
        _("month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text=_("1 to 12, for every year."),
    )
    day_of_month = models.PositiveSmallIntegerField(
        _("day of the month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("For every year. 29 February means the 28th in other years."),
    )
    weeks = models.PositiveSmallIntegerField(
        _("weeks"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(104)],
        help_text=_("So many before the project begins."),
    )

    class Meta(Orderable.Meta):
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def clean(self) -> None:
        """Refuse what is missing, what does not belong to the kind, and a day that no year has."""
        super().clean()
        needed = self.NEEDS.get(self.kind, ())
        faults: dict[str, Any] = {}
        for name in ("day", "month", "day_of_month", "weeks"):
            if name in needed and getattr(self, name) is None:
                faults[name] = _("This kind of deadline needs it.")
            elif name not in needed and getattr(self, name) is not None:
                faults[name] = _("This kind of deadline has no such thing; leave it empty.")
        if (
            not faults
            and self.month
            and self.day_of_month
            and not self._exists(self.month, self.day_of_month)
        ):
            faults["day_of_month"] = _("This month has no such day.")
        if faults:
            raise ValidationError(faults)

    @staticmethod
    def _exists(month: int, day: int) -> bool:
        return month > 12 or in_year(LEAP_YEAR, month, day).day == day

    def rule(self) -> Rule:
        """For reckoning."""
        return Rule(self.kind, self.day, self.month, self.day_of_month, self.weeks)


class FundingPage(RoutablePageMixin, SectionPage):
    """All programmes, and those that fit a project."""

    template: ClassVar[str] = "partnerships/funding_page.html"

    class Meta:
        verbose_name = _("funding page")
        verbose_name_plural = _("funding pages")

    @path("")
    def programmes(self, request: HttpRequest) -> HttpResponse:
        """The form and the answers."""
        from partnerships.funding.finder import finder_context

        response: HttpResponse = self.render(request, context_overrides=finder_context(request.GET))
        return response

    @path("calendar/", name="calendar")
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """The deadlines that have a date."""
        from partnerships.funding.calendar import calendar

        text = calendar(self.title, self.language, self.get_full_url(request), timezone.localdate())
        response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="funding-deadlines.ics"'
        return response

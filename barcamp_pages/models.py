"""The report of a barcamp."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.fields import StreamField
from wagtail.search import index

from barcamp_pages import panels
from barcamp_pages.blocks import GalleryBlock, GuestBlock, IdeaBlock, RoundsBlock, ThanksBlock
from barcamp_pages.domain import facts, hashtags, json_body, json_ld, links, mail, sketch
from barcamp_pages.domain.choices import Qualifier
from barcamp_pages.domain.counts import Count
from cms.announceable import Fact
from cms.blocks import BodyBlock
from cms.forms import EventPageForm
from cms.models import AnnounceablePage, EventMixin, FunderLine
from cms.models.event import DatePrecision
from cms.pictures import picture

COUNTS = {
    "participants_count": "participants_qualifier",
    "partnerships_count": "partnerships_qualifier",
    "smallest_place_population": "smallest_place_qualifier",
}
"""Fields that hold a number, and the fields that say how sure it is."""


def _count(label: Any, help_text: Any) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(label, null=True, blank=True, help_text=help_text)


def _qualifier(label: Any) -> models.CharField[str, str]:
    return models.CharField(
        label,
        max_length=12,
        blank=True,
        choices=Qualifier.choices,
        help_text=_("How sure the number is. Leave empty to give the number alone."),
    )


class BarcampReportPage(EventMixin, AnnounceablePage):
    """What happened at a barcamp: facts, rounds with their tables, ideas, thanks, what comes next."""

    objects: ClassVar[Any]  # Wagtail's manager is untyped, and django-stubs asks for a type here
    topic = "barcamp"
    times_follow = False

    # A report looks back: the words for times and dates that are still to follow are not offered.
    date_precision = models.CharField(
        _("precision of the dates"),
        max_length=8,
        choices=[(DatePrecision.TIME, _("Day and time")), (DatePrecision.DAY, _("Day only"))],
        default=DatePrecision.DAY,
        help_text=_("With “day only”, readers see no times."),
    )
    host = models.CharField(
        _("organiser"), max_length=160, blank=True, help_text=_("Who invited to the barcamp.")
    )
    moderator_name = models.CharField(
        _("moderator"), max_length=120, blank=True, help_text=_("First and last name.")
    )
    moderator_function = models.CharField(
        _("moderator's function"),
        max_length=160,
        blank=True,
        help_text=_("For example “head of the library”."),
    )
    participants_count = _count(_("participants"), _("How many people took part."))
    participants_qualifier = _qualifier(_("how sure"))
    partnerships_count = _count(_("twinnings"), _("How many twinnings they came from."))
    partnerships_qualifier = _qualifier(_("how sure"))
    smallest_place_population = _count(
        _("smallest place"), _("Inhabitants of the smallest place represented.")
    )
    smallest_place_qualifier = _qualifier(_("how sure"))
    largest_place = models.CharField(
        _("largest place"), max_length=120, blank=True, help_text=_("Its name or kind, in words.")
    )

    body = StreamField(
        BodyBlock(),
        verbose_name=_("introduction"),
        blank=True,
        help_text=_("How the day went, before the rounds. Two or three paragraphs are enough."),
    )
    rounds = StreamField(
        RoundsBlock(),
        verbose_name=_("rounds"),
        blank=True,
        collapsed=True,
        help_text=_("The course of the day. A round may say that its topics were not recorded."),
    )
    ideas = StreamField(
        [("idea", IdeaBlock())],
        verbose_name=_("ideas and next steps"),
        blank=True,
        collapsed=True,
        help_text=_("What came out of the day, and later what became of it."),
    )
    guests = StreamField(
        [("guest", GuestBlock())],
        verbose_name=_("guests and information stands"),
        blank=True,
        collapsed=True,
        help_text=_("Organisations that informed or advised."),
    )
    thanks = StreamField(
        [("thanks", ThanksBlock())],
        verbose_name=_("thanks"),
        blank=True,
        collapsed=True,
        help_text=_("Whom you want to thank."),
    )
    gallery = StreamField(
        [("picture", GalleryBlock())],
        verbose_name=_("pictures"),
        blank=True,
        collapsed=True,
        help_text=_("The first picture also goes with mails and posts."),
    )
    next_event_title = models.CharField(
        _("next event"), max_length=160, blank=True, help_text=_("Its name, e.g. “Town twinning congress”.")
    )
    next_event_text = models.CharField(
        _("when and where"),
        max_length=250,
        blank=True,
        help_text=_("As far as it is known, e.g. “10 and 11 April in Hannover; details follow”."),
    )
    next_event_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("its page"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Linked once that page is public."),
    )
    hashtags = models.CharField(
        _("hashtags"),
        max_length=200,
        blank=True,
        help_text=_("For posts: words separated by spaces, with or without #."),
    )
    funder = models.ForeignKey(
        FunderLine,
        verbose_name=_("funder line"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Stands at the end of the page, of mails and of posts."),
    )

    parent_page_types: ClassVar[list[str]] = ["cms.NewsIndexPage", "cms.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    base_form_class = EventPageForm
    edit_handler = panels.edit_handler()
    search_fields: ClassVar[list[Any]] = [
        *AnnounceablePage.search_fields,
        *(index.SearchField(name) for name in ("lead", "body", "rounds", "ideas", "guests")),
        index.FilterField("starts_at"),
    ]

    class Meta:
        verbose_name = _("BarCamp report")
        verbose_name_plural = _("BarCamp reports")

    def clean(self) -> None:
        """Refuse what would read as half a fact."""
        super().clean()
        if missing := self._half_facts():
            raise ValidationError(missing)

    def _half_facts(self) -> dict[str, Any]:
        message = _("Give the number as well, or clear this.")
        faults: dict[str, Any] = {
            qualifier: message
            for count, qualifier in COUNTS.items()
            if getattr(self, qualifier) and getattr(self, count) is None
        }
        if self.moderator_function and not self.moderator_name:
            faults["moderator_function"] = _("Give the moderator's name as well, or clear this.")
        if (self.next_event_text or self.next_event_page) and not self.next_event_title:
            faults["next_event_title"] = _("Name the event that the lines below speak of.")
        return faults

    @property
    def participants(self) -> Count:
        """How many people took part."""
        return Count(self.participants_count, self.participants_qualifier)

    @property
    def partnerships(self) -> Count:
        """How many twinnings they came from."""
        return Count(self.partnerships_count, self.partnerships_qualifier)

    @property
    def smallest_place(self) -> Count:
        """Inhabitants of the smallest place."""
        return Count(self.smallest_place_population, self.smallest_place_qualifier)

    @property
    def image(self) -> Any:
        """The first picture of the gallery, or None."""
        return self.gallery[0].value["image"] if self.gallery else None

    @property
    def hashtag_words(self) -> tuple[str, ...]:
        """The hashtags without "#"."""
        return hashtags.words(self.hashtags)

    @property
    def facts(self) -> list[Fact]:
        """The fact sheet in the active language."""
        return facts.facts(self)

    def announcement_facts(self) -> list[Fact]:
        """The fact sheet."""
        return self.facts

    def announcement_body(self) -> str:
        """The report without facts and funder line."""
        return mail.mail_body(self)

    def announcement_extras(self) -> dict[str, Any]:
        """Picture, hashtags, funder and dates."""
        funder = links.funder_line(self)
        return {
            "image": picture(self.image, self.full_url or ""),
            "hashtags": self.hashtag_words,
            "funder": funder.text if funder else "",
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
        }

    def json_ld(self) -> dict[str, Any]:
        """The report for search engines (schema.org)."""
        return json_ld.json_ld(self)

    def api_summary(self) -> dict[str, Any]:
        """What lists of the delivery API add to any page's summary."""
        with override(self.language):
            return json_body.summary(self)

    def api_body(self) -> dict[str, Any]:
        """The report as JSON values (``barcamp_pages.schemas.BarcampBody``)."""
        with override(self.language):
            return json_body.json_body(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add what the template does not compute itself."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["sketch"] = sketch.of_rounds(self.rounds)
        context["next_event_url"] = links.next_event_url(self)
        return context

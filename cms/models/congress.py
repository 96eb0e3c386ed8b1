"""Congress announcements: published with little, completed later."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField, StreamField
from wagtail.search import index

from cms import congress, listing
from cms.announceable import Fact
from cms.blocks import TEXT_FEATURES, ProgrammeBlock
from cms.fields import LanguagesField
from cms.forms import EventPageForm
from cms.models.base import AnnounceablePage
from cms.models.event import EventMixin
from cms.models.funder import FunderLine
from cms.models.pages import BODY_SEARCH, BodyMixin
from cms.panels import congress_edit_handler


class ProgrammeStatus(models.TextChoices):
    """How far one may rely on the programme."""

    PROVISIONAL = "provisional", _("Provisional")
    FINAL = "final", _("Final")


class RegistrationMixin(models.Model):
    """Whether and how one registers with somebody else's registration service."""

    registration_required = models.BooleanField(
        _("registration is required"),
        default=False,
        help_text=_("Readers are told to register before they come."),
    )
    registration_url = models.URLField(
        _("registration link"), blank=True, help_text=_("Where one registers; empty until it is open.")
    )
    registration_opens = models.CharField(
        _("registration opens"),
        max_length=120,
        blank=True,
        help_text=_("In words, e.g. “Workshop places from calendar week 12”."),
    )
    places_limited = models.BooleanField(
        _("places are limited"), default=False, help_text=_("Places go to those who register first.")
    )

    class Meta:
        abstract = True


class CongressPage(EventMixin, RegistrationMixin, BodyMixin, AnnounceablePage):  # type: ignore[django-manager-missing]
    """The announcement of a congress or meeting."""

    date_note = models.CharField(
        _("date in words"),
        max_length=120,
        blank=True,
        help_text=_("Shown while the dates are open, e.g. “10 and 11 April, details follow”."),
    )
    image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Its description is the alternative text. Also used in mails and posts."),
    )
    languages = LanguagesField(_("languages"), help_text=_("Languages spoken at the event."))
    programme_status = models.CharField(
        _("status of the programme"),
        max_length=12,
        choices=ProgrammeStatus.choices,
        default=ProgrammeStatus.PROVISIONAL,
        help_text=_("A provisional programme is marked as such."),
    )
    programme = StreamField(
        ProgrammeBlock(), verbose_name=_("programme"), blank=True, help_text=_("Days with their items.")
    )
    call = RichTextField(
        _("call for contributions"),
        features=TEXT_FEATURES,
        blank=True,
        help_text=_("What participants are asked to contribute, and how."),
    )
    hashtags = models.CharField(
        _("hashtags"),
        max_length=120,
        blank=True,
        help_text=_("Words for posts, separated by spaces, without #."),
    )
    funder = models.ForeignKey(
        FunderLine,
        verbose_name=_("funder line"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Shown at the end of the page, of mails and of posts."),
    )

    search_fields: ClassVar[list[Any]] = [
        *AnnounceablePage.search_fields,
        *BODY_SEARCH,
        *(index.SearchField(name) for name in ("programme", "call", "venue_name", "venue_address")),
        index.FilterField("starts_at"),
    ]
    edit_handler = congress_edit_handler()
    base_form_class = EventPageForm
    parent_page_types: ClassVar[list[str]] = ["cms.NewsIndexPage", "cms.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    template = "cms/congress_page.html"
    topic = "congress"

    class Meta:
        verbose_name = _("congress announcement")
        verbose_name_plural = _("congress announcements")

    @property
    def facts(self) -> list[Fact]:
        """The fact sheet in the active language, for the page itself."""
        return self.announcement_facts()

    def announcement_facts(self) -> list[Fact]:
        """When, where, languages, registration."""
        return congress.facts(self)

    def announcement_body(self) -> str:
        """Body, programme and call as clean HTML."""
        return congress.body_html(self)

    def announcement_extras(self) -> dict[str, Any]:
        """Image, hashtags, funder and dates."""
        return congress.extras(self)

    @property
    def is_over(self) -> bool:
        """Whether it has taken place."""
        last = self.ends_at or self.starts_at
        return last is not None and last < timezone.now()

    def language_names(self) -> list[str]:
        """The languages of the event in the active language."""
        names = dict(settings.LANGUAGES)
        return [str(names[code]) for code in self.languages if code in names]

    def json_ld(self) -> dict[str, Any]:
        """This event for search engines (schema.org)."""
        return congress.json_ld(self)

    def api_body(self) -> Any:
        """Dates, place, programme, registration and call as JSON values."""
        return congress.api_body(self, listing.blocks_json)

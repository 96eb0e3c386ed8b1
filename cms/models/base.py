"""What every page of the site has, and what every page that can be announced has."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel
from wagtail.models import Page

from cms.announceable import AnnouncementContent, Fact


class SitePage(Page):
    """A page of the bundled site: a title and a lead in the page's language."""

    lead = models.TextField(
        _("lead"),
        blank=True,
        help_text=_("One to three sentences. Shown in lists, mails and posts, and first on the page."),
    )

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("lead")]
    show_in_menus_default = False

    class Meta:
        abstract = True

    @property
    def language(self) -> str:
        """The language code of the page's locale."""
        return str(self.locale.language_code)

    def live_translations(self) -> Any:
        """Other-language versions that visitors may see, for the language switch and hreflang."""
        return self.get_translations().live().public().defer_streamfields().select_related("locale")

    def api_body(self) -> Any:
        """The type's own content for the delivery API, as JSON values."""
        return {}


class AnnounceChoice(models.TextChoices):
    """What the editor decided about announcing."""

    FIRST = "first", _("Announce when it first goes live")
    NEVER = "never", _("Do not announce")
    AGAIN = "again", _("Announce again with the next publication")


class AnnounceablePage(SitePage):
    """A page whose first publication goes out by mail and on social media (DESIGN: Announceable)."""

    announce = models.CharField(
        _("announcement"),
        max_length=8,
        choices=AnnounceChoice.choices,
        default=AnnounceChoice.FIRST,
        help_text=_(
            "A page is announced once, when it first goes live. Later edits are silent unless you "
            "choose to announce again; the choice then returns to the first one by itself."
        ),
    )

    # A copy is a new page: it does not inherit what was decided about its source.
    exclude_fields_in_copy: ClassVar[list[str]] = ["announce"]
    announce_panels: ClassVar[list[Panel]] = [
        MultiFieldPanel([FieldPanel("announce")], heading=_("Announcement"))
    ]
    topic: ClassVar[str] = ""

    class Meta:
        abstract = True

    def get_announcement(self) -> AnnouncementContent:
        """The content to announce, with labels in the page's own language."""
        with override(self.language):
            return AnnouncementContent(
                title=self.title,
                lead=self.lead,
                url=self.full_url or "",
                locale=self.language,
                topic=self.topic,
                kind=str(self._meta.verbose_name),
                facts=tuple(self.announcement_facts()),
                body_html=self.announcement_body(),
                **self.announcement_extras(),
            )

    def announcement_facts(self) -> list[Fact]:
        """The fact sheet, in the active language."""
        return []

    def announcement_body(self) -> str:
        """The body as clean HTML with absolute links, in the active language."""
        return ""

    def announcement_extras(self) -> dict[str, Any]:
        """Further fields of ``AnnouncementContent``: image, hashtags, funder, starts_at, ends_at."""
        return {}

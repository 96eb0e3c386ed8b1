"""The pages that every site has: home, news, texts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms import listing
from cms.blocks import BodyBlock
from cms.models.base import SitePage
from cms.models.funder import FunderLine

BODY_SEARCH = [index.SearchField("lead"), index.SearchField("body")]


class BodyMixin(models.Model):
    """A body of blocks."""

    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True, help_text=_("The text of the page."))

    class Meta:
        abstract = True

    def api_body(self) -> Any:
        """The blocks as JSON values with absolute links."""
        return {"body": listing.blocks_json(self.body, self)}


class HomePage(BodyMixin, SitePage):  # type: ignore[django-manager-missing]
    """The first page of one language."""

    funder = models.ForeignKey(
        FunderLine,
        verbose_name=_("funder line"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Stands at the foot of every page of this language."),
    )

    content_panels: ClassVar[list[Any]] = [*SitePage.content_panels, FieldPanel("body"), FieldPanel("funder")]
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    template = "cms/home_page.html"

    search_fields: ClassVar[list[Any]] = [*SitePage.search_fields, *BODY_SEARCH]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """Serve this tree only below its own language: ``/en/`` has no pages of its own."""
        if get_language() != self.language:
            raise Http404
        return super().route(request, path_components)

    def announcements(self) -> Any:
        """Those directly below this page or on one of its news pages, newest first.

        Not all of the language: an import of hundreds of directory entries is no news.
        """
        below = Page.objects.child_of_q(self)
        for news in NewsIndexPage.objects.live().public().child_of(self):
            below |= Page.objects.child_of_q(news)
        return listing.announcements(self.locale).filter(below)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the latest announcements and what takes place next."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["announcements"] = self.announcements().defer_streamfields()[:6].specific()
        context["events"] = listing.upcoming_events(self, 4)
        return context


class NewsIndexPage(SitePage):
    """The announcements below this page, newest first."""

    per_page: ClassVar[int] = 12
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    template = "cms/news_index_page.html"

    class Meta:
        verbose_name = _("news page")
        verbose_name_plural = _("news pages")

    def announcements(self) -> Any:
        """The live public announceable children, newest first."""
        return listing.announcements(self.locale).child_of(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add one page of the list; a page number that does not exist gives the nearest."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        pages = Paginator(self.announcements().defer_streamfields().specific(), self.per_page)
        context["list"] = pages.get_page(request.GET.get("page"))
        return context


class LegalRole(models.TextChoices):
    """Pages that must be reachable from everywhere."""

    NONE = "", _("an ordinary page")
    IMPRINT = "imprint", _("the imprint")
    PRIVACY = "privacy", _("the privacy page")


class TextPage(BodyMixin, SitePage):  # type: ignore[django-manager-missing]
    """A page of text."""

    role = models.CharField(
        _("this page is"),
        max_length=8,
        choices=LegalRole.choices,
        default=LegalRole.NONE,
        blank=True,
        help_text=_("Imprint and privacy page are linked from every page and every mail."),
    )

    content_panels: ClassVar[list[Any]] = [*SitePage.content_panels, FieldPanel("body"), FieldPanel("role")]
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.TextPage"]
    template = "cms/text_page.html"

    search_fields: ClassVar[list[Any]] = [*SitePage.search_fields, *BODY_SEARCH]

    class Meta:
        verbose_name = _("text page")
        verbose_name_plural = _("text pages")

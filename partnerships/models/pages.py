"""The directory and the pages of single partnerships, one per language."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, Panel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index

from cms.announceable import Fact
from cms.models.base import AnnounceablePage, SitePage
from cms.text import absolute_html
from partnerships.models.partnership import Partnership, PartnershipIdentifier


class DirectoryPage(RoutablePageMixin, SitePage):
    """All partnerships with search, filters and map, in one language."""

    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    max_count_per_parent = 1
    show_in_menus_default = True
    template = "partnerships/directory_page.html"

    class Meta:
        verbose_name = _("partnership directory")
        verbose_name_plural = _("partnership directories")

    @property
    def sections(self) -> QuerySet[Page]:
        """The directory's other public pages, such as the requests or the statistics."""
        pages: QuerySet[Page] = self.get_children().live().public().not_type(PartnershipPage)
        return pages

    @path("")
    def listing(self, request: HttpRequest) -> HttpResponse:
        """The list and the map."""
        from partnerships.domain.listing import directory_context

        response: HttpResponse = self.render(request, context_overrides=directory_context(self, request.GET))
        return response

    @path("export/<str:name>/", name="export")
    def export(self, request: HttpRequest, name: str) -> StreamingHttpResponse:
        """Everything that the same search finds, as a file."""
        from partnerships.domain.listing import exported

        return exported(name, request.GET)

    @path("id/<str:public_id>/", name="by_id")
    def by_id(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Any id that a partnership has or had leads to its page in this language."""
        row = PartnershipIdentifier.objects.filter(identifier=public_id, partnership__is_listed=True).first()
        pages = PartnershipPage.objects.child_of(self).live().public()
        page = pages.filter(partnership_id=row.partnership_id).first() if row else None
        if page is None:
            raise Http404
        return redirect(page.get_url(request), permanent=False)


class SectionPage(SitePage):
    """A page below the directory that shows something of its records, one per language."""

    parent_page_types: ClassVar[list[str]] = ["partnerships.DirectoryPage"]
    subpage_types: ClassVar[list[str]] = []
    max_count_per_parent = 1

    class Meta:
        abstract = True


class PartnershipPage(AnnounceablePage):
    """One partnership for readers of one language; its facts come from the record."""

    partnership = models.ForeignKey(
        Partnership,
        verbose_name=_("partnership"),
        on_delete=models.PROTECT,
        related_name="pages",
        help_text=_("The record with the facts. It is edited under “Directory”."),
    )
    origin_story = RichTextField(
        _("how it began"),
        blank=True,
        features=["h2", "h3", "bold", "italic", "link", "ol", "ul"],
        help_text=_("The story of this partnership, in the language of this page."),
    )

    content_panels: ClassVar[list[Any]] = [
        *AnnounceablePage.content_panels,
        FieldPanel("partnership"),
        FieldPanel("origin_story"),
    ]
    settings_panels: ClassVar[list[Panel]] = [*AnnounceablePage.announce_panels, *Page.settings_panels]
    search_fields: ClassVar[list[Any]] = [
        *Page.search_fields,
        index.SearchField("lead"),
        index.SearchField("origin_story"),
        index.RelatedFields("partnership", [index.SearchField("search_text")]),
    ]
    parent_page_types: ClassVar[list[str]] = ["partnerships.DirectoryPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "partnerships/partnership_page.html"
    topic = "partnership"

    class Meta:
        verbose_name = _("partnership page")
        verbose_name_plural = _("partnership pages")

    def clean(self) -> None:
        """Refuse a second page of the partnership in the same language."""
        super().clean()
        same = PartnershipPage.objects.filter(partnership_id=self.partnership_id, locale_id=self.locale_id)
        if self.partnership_id and same.exclude(pk=self.pk).exists():
            raise ValidationError({"partnership": _("This partnership already has a page in this language.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The record with all that is shown of it."""
        from partnerships.domain.linked import linked_script
        from partnerships.domain.nearby import nearby
        from partnerships.domain.presentation import partnership_context

        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        record = Partnership.objects.with_details().get(pk=self.partnership_id)
        return {
            **context,
            **partnership_context(record, self.language),
            "linked": linked_script(record, self.language, self.full_url or ""),
            "nearby": nearby(record, self.get_parent().specific),
        }

    def announcement_facts(self) -> list[Fact]:
        """Who, what kind, since when, how far apart."""
        from partnerships.domain.presentation import partnership_facts

        record = Partnership.objects.with_details().get(pk=self.partnership_id)
        return [Fact(str(_("Members")), record.title(self.language)), *partnership_facts(record)]

    def announcement_body(self) -> str:
        """The story."""
        return absolute_html(self.origin_story, self.full_url or "")

    def announcement_extras(self) -> dict[str, Any]:
        """Who follows the partnership or one of its places hears of it."""
        from partnerships.domain.subjects import subjects_of

        record = Partnership.objects.with_members().get(pk=self.partnership_id)
        return {"subjects": subjects_of(record)}

    def api_body(self) -> dict[str, Any]:
        """The facts as the API's own document of the partnership, and the story."""
        from partnerships.domain.documents import partnership_documents

        (document,) = partnership_documents([self.partnership_id], only_listed=False)
        return {"partnership": document, "origin_story": self.announcement_body()}

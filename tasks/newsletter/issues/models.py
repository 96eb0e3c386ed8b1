"""The page type of a newsletter issue. Publishing it sends it, through the same outbox as all else."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms import listing
from cms.models.base import AnnounceablePage
from tasks.newsletter.issues.blocks import IssueBlock
from tasks.newsletter.issues.fields import SubjectsField, TopicsField
from tasks.newsletter.issues.pieces import Piece, pieces_of


class NewsletterIssuePage(AnnounceablePage):
    """One issue of the newsletter in one language: a web page and the mail that says the same."""

    body = StreamField(IssueBlock(), verbose_name=_("body"), blank=True, help_text=_("What readers get."))
    topics = TopicsField(
        _("readers of these topics"), help_text=_("None chosen: readers of the topic “Newsletter”.")
    )
    subjects = SubjectsField(
        _("only those who follow"),
        help_text=_("Names of municipalities or partnerships, one a line. Empty: everybody."),
    )
    joined_from = models.DateField(
        _("subscribed from"),
        null=True,
        blank=True,
        help_text=_("Only readers who confirmed on this day or later."),
    )
    joined_to = models.DateField(
        _("subscribed to"),
        null=True,
        blank=True,
        help_text=_("Only readers who confirmed on this day or before."),
    )

    content_panels: ClassVar[list[Any]] = [
        *AnnounceablePage.content_panels,
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("topics"),
                FieldPanel("subjects"),
                FieldRowPanel([FieldPanel("joined_from"), FieldPanel("joined_to")]),
            ],
            heading=_("Readers"),
            icon="group",
        ),
    ]
    settings_panels: ClassVar[list[Any]] = [*AnnounceablePage.announce_panels, *Page.settings_panels]
    search_fields: ClassVar[list[Any]] = [
        *AnnounceablePage.search_fields,
        index.SearchField("lead"),
        index.SearchField("body"),
    ]
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "tasks/issues/page.html"
    topic = "newsletter"

    class Meta:
        verbose_name = _("newsletter issue")
        verbose_name_plural = _("newsletter issues")

    def clean(self) -> None:
        """Refuse an end before the beginning."""
        super().clean()
        if self.joined_from and self.joined_to and self.joined_to < self.joined_from:
            raise ValidationError({"joined_to": _("The end lies before the beginning.")})

    def pieces(self) -> list[Piece]:
        """The body as plain values, with addresses that work anywhere."""
        return pieces_of(self.body, self.full_url or "", self.language)

    def announcement_body(self) -> str:
        """The body as clean HTML, for the text part and for feeds."""
        return render_to_string("tasks/issues/body.html", {"pieces": self.pieces()})

    def announcement_extras(self) -> dict[str, Any]:
        """The mail's own layout, and whom it is for."""
        mjml = render_to_string("tasks/issues/body.mjml", {"pieces": self.pieces(), "page": self})
        return {"mail_mjml": mjml, "audience": self.audience()}

    def audience(self) -> dict[str, Any] | None:
        """The readers chosen, as ``segments`` understands them; None where nothing was chosen."""
        chosen = {
            "topics": self.topics,
            "subjects": self.subjects,
            "joined_from": self.joined_from.isoformat() if self.joined_from else None,
            "joined_to": self.joined_to.isoformat() if self.joined_to else None,
        }
        return {name: value for name, value in chosen.items() if value} or None

    def api_body(self) -> Any:
        """The blocks as JSON values with absolute links. Whom it went to is nobody's business."""
        return {"body": listing.blocks_json(self.body, self)}

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The web page, and the mail as every group of readers sees it."""
        from tasks.newsletter.preview import modes

        return [("", _("Web page")), *modes()]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """What will be sent, made by the code that sends it."""
        from tasks.newsletter.preview import shown

        if mode_name:
            language, _separator, look = mode_name.partition("-")
            return shown(self, language, look)
        response: HttpResponse = super().serve_preview(request, mode_name)
        return response

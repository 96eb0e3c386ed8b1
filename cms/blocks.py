"""What editors build page bodies from."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from cms.text import absolute_html

TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul"]


def base_url_of(context: dict[str, Any] | None) -> str:
    """The address that relative links of an API representation refer to."""
    return str((context or {}).get("base_url", ""))


class TextBlock(blocks.RichTextBlock):
    """Running text. The API gives it as clean HTML, not as it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"features": TEXT_FEATURES, **kwargs})

    def get_api_representation(self, value: Any, context: dict[str, Any] | None = None) -> str:
        """Clean HTML with absolute links."""
        return absolute_html(value.source if value else "", base_url_of(context))


class PictureBlock(ImageBlock):
    """An image with its alternative text for this place."""

    def get_api_representation(self, value: Any, context: dict[str, Any] | None = None) -> Any:
        """Address, alternative text and size of a rendition for reading."""
        if not value:
            return None
        from cms.pictures import rendition

        return rendition(value, base_url_of(context))

    class Meta:
        icon = "image"
        label = _("Image")
        template = "cms/blocks/picture.html"


class QuoteBlock(blocks.StructBlock):
    """A quotation and who said it."""

    text = blocks.TextBlock(label=_("Text"), help_text=_("Without quotation marks."))
    source = blocks.CharBlock(label=_("Source"), required=False, help_text=_("Person, function or work."))

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "cms/blocks/quote.html"


class LinkBlock(blocks.StructBlock):
    """A link that stands out."""

    label = blocks.CharBlock(
        label=_("Text"), help_text=_("Say where it leads, e.g. “Register for the congress”.")
    )
    url = blocks.URLBlock(label=_("Address"), help_text=_("Full web address."))

    class Meta:
        icon = "link"
        label = _("Button")
        template = "cms/blocks/link.html"


class DownloadBlock(blocks.StructBlock):
    """A document to download."""

    document = DocumentChooserBlock(label=_("Document"), help_text=_("PDF or another open file."))

    def get_api_representation(self, value: Any, context: dict[str, Any] | None = None) -> Any:
        """Title, address and size in bytes."""
        document = value.get("document")
        if document is None:
            return None
        url = base_url_of(context).rstrip("/") + document.url
        return {"title": document.title, "url": url, "size": document.get_file_size()}

    class Meta:
        icon = "download"
        label = _("Download")
        template = "cms/blocks/download.html"


class BodyBlock(blocks.StreamBlock):
    """The body of every page."""

    heading = blocks.CharBlock(
        label=_("Heading"),
        icon="title",
        template="cms/blocks/heading.html",
        help_text=_("Divides the page. The page's title is the heading above it."),
    )
    text = TextBlock(label=_("Text"), icon="pilcrow", template="cms/blocks/text.html")
    picture = PictureBlock(required=True)
    quote = QuoteBlock()
    notice = TextBlock(
        label=_("Notice"),
        icon="info-circle",
        template="cms/blocks/notice.html",
        features=["bold", "italic", "link"],
        help_text=_("A short hint in a box."),
    )
    link = LinkBlock()
    download = DownloadBlock()

    class Meta:
        template = "cms/blocks/body.html"


class ProgrammeItemBlock(blocks.StructBlock):
    """One item of a day."""

    starts = blocks.TimeBlock(
        label=pgettext_lazy("time", "From"), required=False, help_text=_("Empty if it is not fixed.")
    )
    ends = blocks.TimeBlock(
        label=pgettext_lazy("time", "To"), required=False, help_text=_("Empty if it is not fixed.")
    )
    title = blocks.CharBlock(label=_("Title"), help_text=_("What happens."))
    text = TextBlock(label=_("Text"), required=False, help_text=_("One or two sentences."))
    speaker = blocks.CharBlock(label=_("With"), required=False, help_text=_("Name and function."))

    class Meta:
        icon = "time"
        label = _("Item")


class ProgrammeDayBlock(blocks.StructBlock):
    """One day with its items."""

    date = blocks.DateBlock(label=_("Day"), required=False, help_text=_("Empty if it is not fixed."))
    title = blocks.CharBlock(
        label=_("Title"), required=False, help_text=_("If the day has a name of its own.")
    )
    entries = blocks.ListBlock(ProgrammeItemBlock(), label=_("Items"))

    class Meta:
        icon = "calendar-alt"
        label = _("Day")
        template = "cms/blocks/programme_day.html"


class ProgrammeBlock(blocks.StreamBlock):
    """A programme: days, and free text between them."""

    day = ProgrammeDayBlock()
    note = TextBlock(label=_("Remark"), icon="pilcrow", template="cms/blocks/text.html")

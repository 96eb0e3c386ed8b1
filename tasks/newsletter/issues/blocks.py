"""What editors compose a newsletter issue from."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.blocks import PictureBlock, TextBlock


def _one_of(value: Any, names: tuple[str, ...], words: Any) -> None:
    if not any(value.get(name) for name in names):
        raise StructBlockValidationError({names[0]: ValidationError(words)})


class TeaserBlock(blocks.StructBlock):
    """An article: title, lead, image and link come from its page."""

    page = blocks.PageChooserBlock(
        label=_("Page"), help_text=_("Left out of the mail while it is not live or not public.")
    )
    title = blocks.CharBlock(label=_("Title"), required=False, help_text=_("Empty: the page's title."))
    text = blocks.TextBlock(label=_("Text"), required=False, help_text=_("Empty: the page's lead."))
    with_image = blocks.BooleanBlock(
        label=_("With its image"), required=False, default=True, help_text=_("Where the page has one.")
    )

    class Meta:
        icon = "doc-full"
        label = _("Article")


class EventBlock(blocks.StructBlock):
    """Something with a date, chosen from the pages or typed in."""

    page = blocks.PageChooserBlock(
        label=_("Page"), required=False, help_text=_("Its title, date and place are taken over.")
    )
    title = blocks.CharBlock(label=_("Title"), required=False, help_text=_("Empty: the page's title."))
    when = blocks.CharBlock(label=_("Date in words"), required=False, help_text=_("Empty: the page's dates."))
    place = blocks.CharBlock(label=_("Place"), required=False, help_text=_("Empty: the page's venue."))
    url = blocks.URLBlock(label=_("Address"), required=False, help_text=_("Empty: the page itself."))

    def clean(self, value: Any) -> Any:
        """Refuse an event that nobody could recognise."""
        cleaned = super().clean(value)
        _one_of(cleaned, ("title", "page"), _("Choose a page or give a title."))
        return cleaned

    class Meta:
        icon = "date"
        label = _("Event")


class ButtonBlock(blocks.StructBlock):
    """A link that stands out, to a page or any address."""

    label = blocks.CharBlock(label=_("Text"), help_text=_("Say where it leads."))
    page = blocks.PageChooserBlock(label=_("Page"), required=False, help_text=_("A page of this site,"))
    url = blocks.URLBlock(label=_("Address"), required=False, help_text=_("or a full web address."))

    def clean(self, value: Any) -> Any:
        """Refuse a button that leads nowhere."""
        cleaned = super().clean(value)
        _one_of(cleaned, ("url", "page"), _("Choose a page or give an address."))
        return cleaned

    class Meta:
        icon = "link"
        label = _("Button")


class IssueBlock(blocks.StreamBlock):
    """The body of an issue."""

    heading = blocks.CharBlock(label=_("Heading"), icon="title", help_text=_("Begins a part of the issue."))
    text = TextBlock(label=_("Text"), icon="pilcrow", help_text=_("Free text."))
    teaser = TeaserBlock()
    event = EventBlock()
    # ImageBlock asks for an alternative text unless the image is marked as decorative.
    picture = PictureBlock(required=True)
    button = ButtonBlock()
    divider = blocks.StaticBlock(label=_("Divider"), icon="horizontalrule", admin_text=_("A line."))

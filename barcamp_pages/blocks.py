"""The building blocks of a barcamp report, as editors see them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from barcamp_pages import samples
from barcamp_pages.domain.choices import IdeaKind, IdeaStatus
from cms.blocks import PictureBlock, TextBlock

PREVIEW = "barcamp_pages/block_preview.html"


class TableValue(blocks.StructValue):
    """A table that knows whether there is more to tell than its topic."""

    @property
    def has_details(self) -> bool:
        """Whether a question, notes, results or open questions were recorded."""
        return any(self.get(name) for name in ("question", "notes", "results", "open_questions"))


class TableBlock(blocks.StructBlock):
    """One table of a round."""

    topic = blocks.CharBlock(
        label=_("Topic"), max_length=160, help_text=_("What the table talked about, e.g. “Winning members”.")
    )
    question = blocks.TextBlock(
        label=_("Question"),
        required=False,
        default="",
        rows=2,
        help_text=_("The question the table started from, if it had one."),
    )
    notes = TextBlock(label=_("Notes"), required=False, help_text=_("What was said, as long as is useful."))
    results = blocks.ListBlock(
        blocks.TextBlock(label=_("Result"), rows=2),
        label=_("Results"),
        default=[],
        help_text=_("What came out of it, one sentence each."),
    )
    open_questions = blocks.ListBlock(
        blocks.TextBlock(label=_("Open question"), rows=2),
        label=_("Open questions"),
        default=[],
        help_text=_("What stayed open and might start the next round."),
    )

    class Meta:
        icon = "group"
        label = _("Table")
        label_format = "{topic}"
        value_class = TableValue
        form_layout = blocks.BlockGroup(
            [
                "topic",
                "question",
                "notes",
                blocks.BlockGroup(["results", "open_questions"], heading=_("Outcome"), icon="tick-inverse"),
            ]
        )


class RoundValue(blocks.StructValue):
    """A round that knows whether a list of topics tells all."""

    @property
    def has_details(self) -> bool:
        """Whether any table has more to tell than its topic."""
        return any(table.has_details for table in self.get("tables", ()))


class RoundBlock(blocks.StructBlock):
    """One round: parallel tables, or the statement that their topics were not recorded."""

    title = blocks.CharBlock(label=_("Title"), max_length=120, help_text=_("For example “Round 1”."))
    note = blocks.TextBlock(
        label=_("Note"),
        required=False,
        default="",
        rows=2,
        help_text=_("A sentence about the whole round, if there is one."),
    )
    topics_not_recorded = blocks.BooleanBlock(
        label=_("Topics not recorded"),
        required=False,
        help_text=_("Tick this if nobody wrote the topics down. The report then says so, instead of tables."),
    )
    tables = blocks.ListBlock(
        TableBlock(),
        label=_("Tables"),
        default=[],
        collapsed=True,
        help_text=_("One entry per table, in the order of the report."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Round with tables")
        label_format = "{title}"
        value_class = RoundValue
        description = _("Tables that talked at the same time, each about a topic of its own.")
        template = "barcamp_pages/blocks/round.html"
        preview_template = PREVIEW
        preview_value = staticmethod(samples.sample_round)

    def clean(self, value: Any) -> Any:
        """Refuse a round that says nothing about its tables, and one that says both things."""
        cleaned = super().clean(value)
        if problem := self._problem(bool(cleaned["tables"]), cleaned["topics_not_recorded"]):
            raise StructBlockValidationError({"topics_not_recorded": ValidationError(problem)})
        return cleaned

    def _problem(self, has_tables: bool, not_recorded: bool) -> Any:
        if has_tables and not_recorded:
            return _("This round has tables: remove them, or clear this mark.")
        # A draft may still lack its tables; only going live asks for them.
        if not has_tables and not not_recorded and not self.is_deferred_validation:
            return _("Add at least one table, or mark that the topics were not recorded.")
        return None


class PlenaryBlock(blocks.StructBlock):
    """A part in which everybody was together."""

    title = blocks.CharBlock(label=_("Title"), max_length=120, help_text=_("For example “Introduction”."))
    notes = TextBlock(label=_("Notes"), help_text=_("What happened, in short."))

    class Meta:
        icon = "comment"
        label = _("Plenary part")
        label_format = "{title}"
        description = _("A part for everybody, such as the introduction or the closing round.")
        template = "barcamp_pages/blocks/plenary.html"
        preview_template = PREVIEW
        preview_value = staticmethod(samples.sample_plenary)


class RoundsBlock(blocks.StreamBlock):
    """The course of the day."""

    round = RoundBlock()
    plenary = PlenaryBlock()


class IdeaValue(blocks.StructValue):
    """An idea that knows the labels of its keys."""

    @property
    def kind_label(self) -> str:
        """What it is meant to become, in the active language."""
        return str(dict(IdeaKind.choices).get(self.get("kind"), ""))

    @property
    def status_label(self) -> str:
        """How far it has come, in the active language."""
        return str(dict(IdeaStatus.choices).get(self.get("status"), ""))


class IdeaBlock(blocks.StructBlock):
    """Something that might come of the day."""

    text = blocks.TextBlock(label=_("Text"), rows=3, help_text=_("The idea in one or two sentences."))
    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=IdeaKind.choices,
        default=IdeaKind.IDEA,
        help_text=_("What it is meant to become."),
    )
    status = blocks.ChoiceBlock(
        label=_("Status"),
        choices=IdeaStatus.choices,
        default=IdeaStatus.OPEN,
        help_text=_("Come back later and say what became of it."),
    )
    owner = blocks.CharBlock(
        label=_("Owner"),
        required=False,
        default="",
        max_length=120,
        help_text=_("Who takes care of it; people only with their consent."),
    )
    due = blocks.CharBlock(
        label=_("Until when"),
        required=False,
        default="",
        max_length=80,
        help_text=_("In words, e.g. “by the congress in April”."),
    )

    class Meta:
        icon = "pick"
        label = _("Idea or next step")
        label_format = "{text}"
        description = _("Something that might come of the day, with who and until when if that is known.")
        form_layout = blocks.BlockGroup(
            [
                "text",
                "kind",
                "status",
                blocks.BlockGroup(["owner", "due"], heading=_("Who and until when"), icon="user"),
            ]
        )
        value_class = IdeaValue
        template = "barcamp_pages/blocks/idea.html"
        preview_template = PREVIEW
        preview_value = staticmethod(samples.sample_idea)


class GuestBlock(blocks.StructBlock):
    """A guest organisation or an information stand."""

    organisation = blocks.CharBlock(label=_("Organisation"), max_length=160, help_text=_("Its full name."))
    person = blocks.CharBlock(
        label=_("Person"),
        required=False,
        default="",
        max_length=120,
        help_text=_("Who represented it, with their consent."),
    )
    what = blocks.TextBlock(
        label=_("What it offered"),
        required=False,
        default="",
        rows=2,
        help_text=_("For example information on funding."),
    )

    class Meta:
        icon = "user"
        label = _("Guest or information stand")
        label_format = "{organisation}"
        description = _("An organisation that informed or advised on the day.")
        template = "barcamp_pages/blocks/guest.html"
        preview_template = PREVIEW
        preview_value = staticmethod(samples.sample_guest)


class ThanksBlock(blocks.StructBlock):
    """A word of thanks."""

    to = blocks.CharBlock(label=_("To whom"), max_length=160, help_text=_("A person, a house or everybody."))
    what_for = blocks.CharBlock(
        label=_("What for"),
        required=False,
        default="",
        max_length=200,
        help_text=_("For example “for the rooms”."),
    )

    class Meta:
        icon = "thumbtack"
        label = _("Thanks")
        label_format = "{to}"
        description = _("Whom the organisers thank, and what for.")
        template = "barcamp_pages/blocks/thanks.html"
        preview_template = PREVIEW
        preview_value = staticmethod(samples.sample_thanks)


class GalleryBlock(blocks.StructBlock):
    """A picture of the day."""

    image = PictureBlock(
        label=_("Picture"), help_text=_("Describe what it shows, for those who cannot see it.")
    )
    caption = blocks.CharBlock(
        label=_("Caption"),
        required=False,
        default="",
        max_length=200,
        help_text=_("Stands below the picture."),
    )
    credit = blocks.CharBlock(label=_("Credit"), max_length=120, help_text=_("Who took it."))
    consent = blocks.BooleanBlock(
        label=_("Consent"),
        help_text=_("Nobody can be recognised, or everybody who can be agreed to be shown."),
    )

    class Meta:
        icon = "image"
        label = _("Picture")
        label_format = "{caption}"
        description = _("A picture of the day, with credit and consent.")
        template = "barcamp_pages/blocks/picture.html"

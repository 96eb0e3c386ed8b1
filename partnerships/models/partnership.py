"""Partnerships as facts: who, since when, by which source. Texts stand on their pages."""

from __future__ import annotations

from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from partnerships.domain.identifiers import partnership_id
from partnerships.models.choices import Kind, Precision, Rhythm, Status, Verification
from partnerships.models.municipality import Municipality
from partnerships.models.state import NotedQuerySet
from partnerships.models.topic import Topic

YEARS = [MinValueValidator(1800), MaxValueValidator(2100)]


class PartnershipQuerySet(NotedQuerySet["Partnership"]):
    """Ways to read partnerships with a constant number of queries."""

    def listed(self) -> Self:
        """Those that the public may see."""
        return self.filter(is_listed=True)

    def with_members(self) -> Self:
        """Members with their municipality, its whole and its successor at hand."""
        members = PartnershipMember.objects.select_related("municipality__parent", "municipality__successor")
        return self.prefetch_related(models.Prefetch("members", queryset=members))

    def with_details(self) -> Self:
        """All that a partnership's own page or API document shows."""
        related = ("members__municipality__predecessors", "sources", "associations", "identifiers", "topics")
        return self.with_members().prefetch_related(*related)


class Partnership(ClusterableModel):
    """One agreement between two or more places, whatever number of languages describe it."""

    public_id = models.CharField(
        _("public id"),
        max_length=250,
        unique=True,
        blank=True,
        help_text=_("Stable and never used again. Made from the members' official codes when left empty."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=Kind.choices,
        default=Kind.PARTNERSHIP,
        help_text=_("Partnership: by treaty, unlimited. Friendship: by agreement. Contact: without form."),
    )
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=Status.choices,
        default=Status.UNKNOWN,
        help_text=_("Choose “unknown” rather than guess."),
    )
    year_signed = models.PositiveSmallIntegerField(
        _("year of signing"),
        null=True,
        blank=True,
        validators=YEARS,
        help_text=_("Leave empty if it is not known; readers then see “unknown”."),
    )
    year_ended = models.PositiveSmallIntegerField(
        _("year of its end"),
        null=True,
        blank=True,
        validators=YEARS,
        help_text=_("Only for a partnership that has ended."),
    )
    year_of_first_contact = models.PositiveSmallIntegerField(
        _("year of the first contact"),
        null=True,
        blank=True,
        validators=YEARS,
        help_text=_("E.g. of a school exchange before the signing."),
    )
    years_renewed = models.CharField(
        _("renewed in"),
        max_length=100,
        blank=True,
        validators=[RegexValidator(r"^\d{4}(, \d{4})*$", _("Years with a comma between, e.g. 1994, 2019."))],
        help_text=_("The years in which it was solemnly renewed, e.g. 1994, 2019."),
    )
    topics = ParentalManyToManyField(
        Topic,
        verbose_name=_("topics"),
        blank=True,
        related_name="partnerships",
        help_text=_("What the partners do together."),
    )
    languages = models.CharField(
        _("languages"),
        max_length=40,
        blank=True,
        validators=[
            RegexValidator(r"^[a-z]{2}(, [a-z]{2})*$", _("Codes with a comma between, e.g. de, fr."))
        ],
        help_text=_("In which the partners talk: ISO codes, e.g. de, fr, en."),
    )
    rhythm = models.CharField(
        _("rhythm"),
        max_length=16,
        choices=Rhythm.choices,
        blank=True,
        help_text=_("How often they meet as a rule."),
    )
    last_exchange_on = models.DateField(
        _("last exchange"), null=True, blank=True, help_text=_("The first day of the last meeting known.")
    )
    next_exchange_on = models.DateField(
        _("next exchange"), null=True, blank=True, help_text=_("The first day of the next meeting.")
    )
    usual_participants = models.PositiveIntegerField(
        _("usual number of participants"), null=True, blank=True, help_text=_("Of one exchange, about.")
    )
    is_listed = models.BooleanField(
        _("shown to the public"),
        default=True,
        help_text=_("Whether the directory, the map and the API show it."),
    )
    internal_note = models.TextField(
        _("internal note"), blank=True, help_text=_("For editors only. Not shown.")
    )
    provenance = models.CharField(
        _("provenance"),
        max_length=200,
        blank=True,
        help_text=_("How the record came here, e.g. an import. Not shown."),
    )
    verified = models.CharField(
        _("verified"),
        max_length=16,
        choices=Verification.choices,
        default=Verification.NO,
        help_text=_("Whether the facts were checked, and by whom."),
    )
    rgre_id = models.CharField(
        _("RGRE id"), max_length=40, blank=True, help_text=_("Its number in the database of RGRE, if known.")
    )
    last_confirmed_on = models.DateField(
        _("last confirmed on"),
        null=True,
        blank=True,
        help_text=_("When somebody of the partnership last confirmed it."),
    )
    sort_key = models.CharField(max_length=250, editable=False, blank=True, default="", db_index=True)
    search_text = models.TextField(editable=False, blank=True, default="")

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering: ClassVar[list[str]] = ["sort_key", "public_id"]

    def __str__(self) -> str:
        return self.title() or self.public_id

    def clean(self) -> None:
        """Refuse an id that another partnership has or had, and an end before the beginning."""
        super().clean()
        if self.year_ended and self.year_ended < (self.year_signed or 0):
            raise ValidationError({"year_ended": _("It cannot have ended before it was signed.")})
        row = PartnershipIdentifier.objects.filter(identifier=self.public_id).first()
        if self.public_id and row and (self.pk is None or row.partnership_id != self.pk):
            raise ValidationError({"public_id": _("This id is or was that of another partnership.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Give a new record its id, and write the id down for good."""
        if not self.public_id:
            self.public_id = self._new_id()
        super().save(*args, **kwargs)
        PartnershipIdentifier.objects.claim(self.public_id, self)

    def _new_id(self) -> str:
        members = sorted(self.members.all(), key=lambda member: member.sort_order or 0)
        places = [member.municipality.public_id for member in members]
        return partnership_id(places, is_taken=PartnershipIdentifier.objects.is_taken)

    @admin.display(description=_("members"), ordering="sort_key")
    def title(self, language: str | None = None) -> str:
        """“Hannover – Perpignan”, in the active language by default."""
        return " – ".join(member.municipality.label(language) for member in self.members.all())


class PartnershipMember(Orderable):
    """One place in a partnership. Places on the same side joined the same partner together."""

    partnership = ParentalKey(Partnership, on_delete=models.CASCADE, related_name="members")
    municipality = models.ForeignKey(
        Municipality,
        verbose_name=_("municipality"),
        on_delete=models.PROTECT,
        related_name="memberships",
        help_text=_("For a merged commune: the record of the former commune."),
    )
    side = models.CharField(
        _("side"),
        max_length=1,
        validators=[RegexValidator(r"^[a-z]$", _("One small letter."))],
        help_text=_("a, b, … Give two towns of the same country that share one partner the same letter."),
    )
    signed_on = models.DateField(
        _("signed on"),
        null=True,
        blank=True,
        help_text=_("When this place signed. Use 1 for an unknown day or month and set the precision."),
    )
    signed_precision = models.CharField(
        _("precision"),
        max_length=8,
        choices=Precision.choices,
        default=Precision.DAY,
        help_text=_("How much of the date is known."),
    )
    signed_place = models.CharField(
        _("signed at"), max_length=120, blank=True, help_text=_("Where the document was signed.")
    )

    objects = NotedQuerySet.as_manager()

    class Meta(Orderable.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["partnership", "municipality"], name="partnership_member_unique")
        ]

    def __str__(self) -> str:
        return str(self.municipality)


class PartnershipSource(Orderable):
    """Where a fact can be looked up: a web page, or a text where there is none."""

    partnership = ParentalKey(Partnership, on_delete=models.CASCADE, related_name="sources")
    url = models.URLField(_("web address"), max_length=500, blank=True, help_text=_("The page that says so."))
    label = models.CharField(
        _("description"), max_length=250, blank=True, help_text=_("Title, date or place of the source.")
    )
    licence = models.CharField(
        _("licence"),
        max_length=80,
        blank=True,
        help_text=_("Under which the source may be used, e.g. CC BY 4.0. Exports name it."),
    )
    checked_on = models.DateField(
        _("looked at on"), null=True, blank=True, help_text=_("When somebody last read it.")
    )

    class Meta(Orderable.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.label or self.url

    @property
    def host(self) -> str:
        """The site's name, as readers know it: without www."""
        return (urlsplit(self.url).hostname or self.url).removeprefix("www.")

    def clean(self) -> None:
        """Refuse a source that says nothing."""
        super().clean()
        if not (self.url or self.label):
            raise ValidationError(_("Give a web address or a description."))


class IdentifierManager(models.Manager["PartnershipIdentifier"]):
    """The register of all ids ever given."""

    def claim(self, identifier: str, partnership: Partnership) -> None:
        """Write ``identifier`` down for ``partnership``; ValidationError where it is another's."""
        row, _created = self.get_or_create(identifier=identifier, defaults={"partnership": partnership})
        if row.partnership_id != partnership.pk:
            raise ValidationError(
                _("The id %(id)s is or was that of another partnership.") % {"id": identifier}
            )

    def is_taken(self, identifier: str) -> bool:
        """Whether the id was ever given, also to a record that is deleted now."""
        return self.filter(identifier=identifier).exists()


class PartnershipIdentifier(models.Model):
    """An id by which a partnership is or was known; all of them lead to it.

    Rows outlive their partnership (``partnership`` is then empty): an id is never used again.
    """

    identifier = models.CharField(_("id"), max_length=250, unique=True, help_text=_("An id that leads here."))
    partnership = models.ForeignKey(
        Partnership,
        verbose_name=_("partnership"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="identifiers",
        help_text=_("Empty where the partnership was deleted."),
    )

    objects = IdentifierManager()

    class Meta:
        verbose_name = _("partnership id")
        verbose_name_plural = _("partnership ids")
        ordering: ClassVar[list[str]] = ["identifier"]

    def __str__(self) -> str:
        return self.identifier

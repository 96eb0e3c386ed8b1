"""Places that have partners: municipalities, their parts, and what they form together."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnerships.domain.identifiers import municipality_id
from partnerships.domain.text import searchable
from partnerships.models.choices import CodeType, Level
from partnerships.models.state import NotedQuerySet


class MunicipalityQuerySet(NotedQuerySet["Municipality"]):
    """Municipalities, whose changes are noted."""


# The models that refer here derive from untyped bases, so their managers cannot be resolved.
class Municipality(models.Model):  # type: ignore[django-manager-missing]
    """One territory, past or present.

    A part of a municipality (Ortsteil, Stadtbezirk, commune déléguée) has no official code of its
    own: it carries its parent's, so codes are unique among all records *but* parts, and a part is
    unique by code and name. A merged commune is a part of its successor: communes nouvelles take
    over the code of their seat, so even a former commune's own old code cannot identify it.
    """

    public_id = models.CharField(
        _("public id"),
        max_length=120,
        unique=True,
        blank=True,
        help_text=_("Stable id for the API. Made from country and official code; never changes."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, e.g. DE."))],
        help_text=_("ISO 3166 code, e.g. DE or FR."),
    )
    level = models.CharField(
        _("level"),
        max_length=32,
        choices=Level.choices,
        default=Level.MUNICIPALITY,
        help_text=_("“Part of a municipality” is for Ortsteile, Stadtbezirke and communes déléguées."),
    )
    code_type = models.CharField(
        _("type of code"),
        max_length=8,
        choices=CodeType.choices,
        blank=True,
        help_text=_("The register that the official code comes from."),
    )
    official_code = models.CharField(
        _("official code"),
        max_length=12,
        blank=True,
        help_text=_("With leading zeros. A part of a municipality carries the code of the whole."),
    )
    name = models.CharField(
        _("name"), max_length=120, help_text=_("The official name in the place's own language.")
    )
    name_de = models.CharField(
        _("German name"), max_length=120, blank=True, help_text=_("Only where it differs from the name.")
    )
    name_fr = models.CharField(
        _("French name"), max_length=120, blank=True, help_text=_("Only where it differs from the name.")
    )
    aliases = models.TextField(
        _("other names"),
        blank=True,
        help_text=_("Former or other names, one per line. They are found by the search."),
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        help_text=_("The municipality or district that it belongs to."),
    )
    successor = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="predecessors",
        help_text=_("The municipality that took its place. Its partnerships stay with this record."),
    )
    merged_note = models.CharField(
        _("note on the merger"),
        max_length=200,
        blank=True,
        help_text=_("When and how it was merged. Not shown."),
    )
    district = models.CharField(
        _("district or department"),
        max_length=80,
        blank=True,
        help_text=_("Landkreis, Region or département."),
    )
    region = models.CharField(_("region"), max_length=80, blank=True, help_text=_("Bundesland or région."))
    valid_from = models.DateField(
        _("exists since"), null=True, blank=True, help_text=_("For a municipality that came out of a merger.")
    )
    valid_to = models.DateField(
        _("existed until"), null=True, blank=True, help_text=_("The last day before it was merged.")
    )
    postcodes = models.CharField(
        _("postcodes"), max_length=500, blank=True, help_text=_("Separated by spaces. The search finds them.")
    )
    website = models.URLField(_("website"), blank=True, help_text=_("The municipality's own site."))
    lat = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Decimal degrees, WGS 84. Without it the place is not on the map."),
    )
    lon = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("Decimal degrees, WGS 84."),
    )
    population = models.PositiveIntegerField(
        _("population"), null=True, blank=True, help_text=_("Leave empty if it is not known.")
    )
    population_year = models.PositiveSmallIntegerField(
        _("year of the population"), null=True, blank=True, help_text=_("The year that the figure is of.")
    )
    population_source = models.CharField(
        _("source of the population"), max_length=80, blank=True, help_text=_("Who published the figure.")
    )
    wikidata_qid = models.CharField(
        _("Wikidata id"),
        max_length=16,
        blank=True,
        validators=[RegexValidator(r"^Q[1-9]\d*$", _("Q and a number, e.g. Q1715."))],
        help_text=_("For linking with other data, e.g. Q1715."),
    )
    internal_note = models.TextField(
        _("internal note"), blank=True, help_text=_("For editors only. Not shown.")
    )
    search_text = models.TextField(editable=False, blank=True, default="")

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering: ClassVar[list[str]] = ["name", "public_id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["name", "public_id"], name="municipality_by_name")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["country", "code_type", "official_code"],
                condition=~Q(official_code="") & ~Q(level=Level.DISTRICT_OF_CITY),
                name="municipality_code_unique",
                violation_error_message=_("There is already a record with this official code."),
            ),
            models.UniqueConstraint(
                fields=["country", "code_type", "official_code", "name"],
                condition=~Q(official_code="") & Q(level=Level.DISTRICT_OF_CITY),
                name="municipality_part_unique",
                violation_error_message=_("There is already a part of this name."),
            ),
            models.UniqueConstraint(
                fields=["country", "level", "name", "district"],
                condition=Q(official_code=""),
                name="municipality_uncoded_unique",
                violation_error_message=_("There is already a record of this name without official code."),
            ),
            models.CheckConstraint(
                condition=Q(official_code="", code_type="") | (~Q(official_code="") & ~Q(code_type="")),
                name="municipality_code_has_type",
                violation_error_message=_("An official code and its type belong together."),
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True) | Q(lat__isnull=False, lon__isnull=False),
                name="municipality_position_complete",
                violation_error_message=_("Latitude and longitude belong together."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lte=F("valid_to")),
                name="municipality_validity_in_order",
                violation_error_message=_("It cannot have ended before it began."),
            ),
        ]

    def __str__(self) -> str:
        return self.label()

    def clean(self) -> None:
        """Refuse circles: a place is neither its own part nor its own successor."""
        super().clean()
        for name in ("parent", "successor"):
            if self.pk and self.pk in self._ancestors(name):
                raise ValidationError({name: _("This would make a circle.")})

    def _ancestors(self, name: str) -> set[int]:
        seen: set[int] = set()
        above: Municipality | None = getattr(self, name)
        while above is not None and above.pk not in seen:
            seen.add(above.pk)
            above = getattr(above, name)
        return seen

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Give a new record its public id, and keep the search text true."""
        if not self.public_id:
            self.public_id = municipality_id(self.country, self.official_code, self.name, self.is_part)
        self.search_text = self.make_search_text()
        super().save(*args, **kwargs)

    def make_search_text(self) -> str:
        """Every name this record can be found by, normalised."""
        return searchable(
            *(self.name, self.name_de, self.name_fr, *self.aliases.splitlines()),
            *(self.official_code, self.postcodes),
        )

    @property
    def is_part(self) -> bool:
        """Whether the official code is that of a larger municipality."""
        return self.level == Level.DISTRICT_OF_CITY

    @property
    def position(self) -> tuple[float, float] | None:
        """(latitude, longitude), of the whole where a part has none of its own."""
        if self.lat is not None and self.lon is not None:
            return self.lat, self.lon
        return self.parent.position if self.is_part and self.parent else None

    def display_name(self, language: str | None = None) -> str:
        """The name for readers of ``language`` (None: the active one, empty: the place's own)."""
        wanted = get_language() if language is None else language
        localized = {"de": self.name_de, "fr": self.name_fr}.get(wanted or "", "")
        return localized or self.name

    def label(self, language: str | None = None) -> str:
        """The name; for a part with the whole behind it: “Tourlaville (Cherbourg-en-Cotentin)”."""
        name = self.display_name(language)
        whole = self.successor or (self.parent if self.is_part else None)
        return f"{name} ({whole.display_name(language)})" if whole else name

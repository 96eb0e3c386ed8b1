"""A request or an offer of a town, for at most a year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Self
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnerships.domain.text import searchable
from partnerships.models.association import Association
from partnerships.models.choices import Language
from partnerships.models.municipality import Municipality
from partnerships.models.partnership import Partnership
from partnerships.models.topic import Topic
from partnerships.requests.choices import OFFERS, SHOWN, Direction, NoticeKind, NoticeStatus

LONGEST = timedelta(days=365)
"""The longest that one may be open without being extended."""


def new_id() -> str:
    """An id that tells nothing."""
    return uuid4().hex[:12]


def in_six_months() -> date:
    """What is offered as the day of expiry."""
    return timezone.localdate() + timedelta(days=182)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Ways to read requests and offers with a constant number of queries."""

    def open(self, on: date | None = None) -> Self:
        """Those that are listed: open, and not over. The day counts, not when the sweeper comes."""
        return self.filter(status=NoticeStatus.OPEN, expires_on__gte=on or timezone.localdate())

    def with_page(self) -> Self:
        """Those that have a page, also after they are over."""
        return self.filter(status__in=SHOWN)

    def with_details(self) -> Self:
        """All that a list or a page shows."""
        places = ("municipality__parent", "municipality__successor", "association", "partnership")
        return self.select_related(*places).prefetch_related("topics")


class Notice(models.Model):
    """What somebody looks for or offers, in German, in French or in both."""

    public_id = models.CharField(_("public id"), max_length=12, unique=True, default=new_id, editable=False)
    kind = models.CharField(
        _("kind"), max_length=24, choices=NoticeKind.choices, help_text=_("What is looked for or offered.")
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=NoticeStatus.choices,
        default=NoticeStatus.IN_REVIEW,
        db_index=True,
        help_text=_("“Open” publishes it. Its sender is told by mail."),
    )
    municipality = models.ForeignKey(
        Municipality,
        verbose_name=_("municipality"),
        on_delete=models.PROTECT,
        related_name="notices",
        help_text=_("The place that looks for something or offers it."),
    )
    association = models.ForeignKey(
        Association,
        verbose_name=_("association"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="notices",
        help_text=_("Only where an association stands behind it."),
    )
    partnership = models.ForeignKey(
        Partnership,
        verbose_name=_("partnership"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="notices",
        help_text=_("Only where it is about an existing partnership."),
    )
    title_de = models.CharField(
        _("title in German"), max_length=120, blank=True, help_text=_("What it is about, in a few words.")
    )
    text_de = models.TextField(
        _("text in German"), max_length=3000, blank=True, help_text=_("Without addresses and phone numbers.")
    )
    title_fr = models.CharField(
        _("title in French"), max_length=120, blank=True, help_text=_("What it is about, in a few words.")
    )
    text_fr = models.TextField(
        _("text in French"), max_length=3000, blank=True, help_text=_("Without addresses and phone numbers.")
    )
    topics = models.ManyToManyField(
        Topic, verbose_name=_("topics"), blank=True, help_text=_("Readers can filter by them.")
    )
    audience = models.CharField(
        _("who takes part"),
        max_length=160,
        blank=True,
        help_text=_("E.g. 25 singers, or pupils of 14."),
    )
    region_wanted = models.CharField(
        _("region wanted"), max_length=160, blank=True, help_text=_("E.g. Normandy. Empty: anywhere.")
    )
    period = models.CharField(
        _("when"), max_length=120, blank=True, help_text=_("E.g. in May 2027, for a week.")
    )
    sender_name = models.CharField(
        _("name of the sender"), max_length=120, help_text=_("For us and in the mails. Not published.")
    )
    sender_email = models.EmailField(
        _("e-mail address of the sender"),
        help_text=_("Never published. Messages from readers are passed on to it."),
    )
    sender_language = models.CharField(
        _("language of the sender"),
        max_length=2,
        choices=Language.choices,
        default=Language.DE,
        help_text=_("In which we write to this person."),
    )
    expires_on = models.DateField(
        _("open until"), default=in_six_months, help_text=_("At most twelve months from today.")
    )
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("address confirmed"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(_("last change"), auto_now=True)
    reminded_days = models.PositiveSmallIntegerField(null=True, editable=False)
    search_text = models.TextField(editable=False, blank=True, default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("request or offer")
        verbose_name_plural = _("requests and offers")
        ordering: ClassVar[list[str]] = ["-published_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "-published_at"], name="notices_listed"),
            models.Index(fields=["status", "expires_on"], name="notices_expiring"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(title_de="", title_fr=""),
                name="notice_has_title",
                violation_error_message=_("Give a title in German or in French."),
            )
        ]

    def __str__(self) -> str:
        return self.title()

    def clean(self) -> None:
        """A title and a text belong together, and nothing is open for more than a year."""
        super().clean()
        for code in ("de", "fr"):
            if bool(getattr(self, f"title_{code}")) != bool(getattr(self, f"text_{code}")):
                field = f"text_{code}" if getattr(self, f"title_{code}") else f"title_{code}"
                raise ValidationError({field: _("Title and text belong together.")})
        if self.expires_on and self.expires_on > timezone.localdate() + LONGEST:
            raise ValidationError({"expires_on": _("At most twelve months from today.")})

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the search text true, and write down when it was first published."""
        texts = (self.title_de, self.title_fr, self.text_de, self.text_fr, self.audience)
        place = self.municipality
        names = (place.name, place.name_de, place.name_fr, self.region_wanted)
        self.search_text = searchable(*texts, *names)
        if self.status == NoticeStatus.OPEN and self.published_at is None:
            self.published_at = timezone.now()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def direction(self) -> Direction:
        """Whether it is a request or an offer."""
        return Direction.OFFER if self.kind.startswith(OFFERS) else Direction.REQUEST

    @property
    def is_open(self) -> bool:
        """The rule of ``NoticeQuerySet.open``."""
        return self.status == NoticeStatus.OPEN and self.expires_on >= timezone.localdate()

    @property
    def is_over(self) -> bool:
        """Whether its day has passed, whatever the sweeper has done."""
        return self.expires_on < timezone.localdate()

    def language(self, wanted: str | None = None) -> str:
        """The language in which it is shown to readers of ``wanted`` (the active one by default)."""
        code = (wanted or get_language() or "de")[:2]
        return code if getattr(self, f"title_{code}", "") else ("de" if self.title_de else "fr")

    def title(self, wanted: str | None = None) -> str:
        """The title for readers of ``wanted``, in the other language where there is none."""
        return str(getattr(self, f"title_{self.language(wanted)}"))

    def text(self, wanted: str | None = None) -> str:
        """The text for readers of ``wanted``, in the other language where there is none."""
        return str(getattr(self, f"text_{self.language(wanted)}"))

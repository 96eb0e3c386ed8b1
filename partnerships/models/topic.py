"""What partners do together: youth, choirs, fire brigades, energy…"""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnerships.models.state import NotedQuerySet


class TopicQuerySet(NotedQuerySet["Topic"]):
    """Topics, whose changes are noted."""


class Topic(models.Model):
    """One field of common work. The key is fixed; the names can be corrected by editors."""

    key = models.CharField(
        _("key"),
        max_length=32,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z_]*$", _("Small letters and _ only, e.g. fire_brigade."))],
        help_text=_("For the API and for addresses, e.g. fire_brigade. It should never change."),
    )
    name_de = models.CharField(_("German name"), max_length=80, help_text=_("As German readers see it."))
    name_fr = models.CharField(_("French name"), max_length=80, help_text=_("As French readers see it."))
    name_en = models.CharField(_("English name"), max_length=80, help_text=_("For the admin and the API."))

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering: ClassVar[list[str]] = ["key"]

    def __str__(self) -> str:
        return self.label()

    def label(self, language: str | None = None) -> str:
        """The name for readers of ``language`` (the active one by default), English where there is none."""
        names = {"de": self.name_de, "fr": self.name_fr}
        return names.get((language or get_language() or "")[:2]) or self.name_en

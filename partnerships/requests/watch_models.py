"""Searches whose owner is told of what is new."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partnerships.models.choices import Language
from partnerships.models.topic import Topic
from partnerships.requests.choices import NoticeKind


class NoticeWatch(models.Model):
    """“Tell me when somebody looks for a choir”: one address, one language, one search."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), help_text=_("Where the news goes."))
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, help_text=_("In which we write.")
    )
    kind = models.CharField(
        _("kind"), max_length=24, choices=NoticeKind.choices, blank=True, help_text=_("Empty: all kinds.")
    )
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("topic"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: all topics."),
    )
    region = models.CharField(
        _("region"), max_length=80, blank=True, help_text=_("Where the place is. Empty: anywhere.")
    )
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    seen_until = models.DateTimeField(_("told of all until"), default=timezone.now)
    told_at = models.DateTimeField(_("last mail"), null=True)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.in_words()} ({self.created_at:%Y-%m-%d})"

    def in_words(self) -> str:
        """What is searched for, in the active language."""
        kind = str(self.get_kind_display()) if self.kind else gettext("all kinds")
        topic = self.topic.label() if self.topic else ""
        return ", ".join(part for part in (kind, topic, self.region) if part)

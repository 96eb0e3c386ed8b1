"""Messages that are passed on, to people whose address nobody gets to see."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.models.choices import Language
from partnerships.models.contact import ContactPoint
from partnerships.models.partnership import Partnership
from partnerships.requests.notice import Notice


class RelayMessage(models.Model):
    """One message of a visitor. After a while only the fact that there was one is kept."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    notice = models.ForeignKey(
        Notice,
        verbose_name=_("request or offer"),
        null=True,
        on_delete=models.CASCADE,
        related_name="messages",
        help_text=_("What the message answers."),
    )
    partnership = models.ForeignKey(
        Partnership,
        verbose_name=_("partnership"),
        null=True,
        on_delete=models.CASCADE,
        related_name="messages",
        help_text=_("Whose association is written to."),
    )
    contact = models.ForeignKey(
        ContactPoint,
        verbose_name=_("contact"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("To whom it is passed on."),
    )
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("As the writer gave it."))
    email = models.EmailField(_("e-mail address"), blank=True, help_text=_("Of the writer."))
    text = models.TextField(_("message"), blank=True, help_text=_("Deleted after some weeks."))
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, help_text=_("Of the message.")
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed by its writer"), null=True)
    forgotten_at = models.DateTimeField(_("text deleted"), null=True)

    class Meta:
        verbose_name = _("message passed on")
        verbose_name_plural = _("messages passed on")
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.target} ({self.created_at:%Y-%m-%d})"

    @property
    def target(self) -> str:
        """What the message is about."""
        return str(self.notice or self.partnership or "–")

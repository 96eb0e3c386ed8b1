"""The mails about requests: a row is written first, and the mail goes out once."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.models.choices import Language
from partnerships.requests.choices import MailKind, MailState
from partnerships.requests.notice import Notice
from partnerships.requests.relay_models import RelayMessage
from partnerships.requests.watch_models import NoticeWatch


class NoticeMail(models.Model):
    """One mail to one address. What it says is made when it is sent."""

    key = models.CharField(max_length=80, unique=True, editable=False)
    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(
        _("kind"), max_length=16, choices=MailKind.choices, help_text=_("What the mail is about.")
    )
    recipient = models.EmailField(_("recipient"), blank=True, help_text=_("Deleted with the text."))
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, help_text=_("Of the mail.")
    )
    notice = models.ForeignKey(Notice, null=True, on_delete=models.CASCADE, related_name="mails")
    message = models.ForeignKey(RelayMessage, null=True, on_delete=models.CASCADE, related_name="mails")
    watch = models.ForeignKey(NoticeWatch, null=True, on_delete=models.CASCADE, related_name="mails")
    notices = models.ManyToManyField(Notice, related_name="+")
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=MailState.choices,
        default=MailState.WAITING,
        help_text=_("How far it has come."),
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    begun_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    reply = models.CharField(
        _("reply"), max_length=200, blank=True, help_text=_("What the mail server said.")
    )

    class Meta:
        verbose_name = _("mail about a request")
        verbose_name_plural = _("mails about requests")
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "due_at"], name="notice_mails_due")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"


class NoticeCount(models.Model):
    """How often a form was used within one window of time, by a keyed hash of who used it."""

    key = models.CharField(max_length=64)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "window"], name="one_notice_count_per_window")
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.window:%Y-%m-%d %H:%M}: {self.count}"

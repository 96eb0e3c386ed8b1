"""The way in for bounces: how the mailbox is."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailboxTrouble(models.TextChoices):
    """Why the mailbox could not be read."""

    UNREACHABLE = "unreachable", _("The mail server cannot be reached.")
    CERTIFICATE = "certificate", _("The certificate of the mail server is not valid.")
    NO_TLS = "no-tls", _("The mail server offers no encryption (STARTTLS).")
    REFUSED = "refused", _("The mail server refuses the user name or the password.")
    NO_FOLDER = "no-folder", _("The folder cannot be opened.")
    READ_ONLY = "read-only", _("Mails in the folder cannot be deleted.")
    SLOW = "slow", _("The mail server is too slow.")
    UNEXPECTED = "unexpected", _("The mail server did not answer as expected.")


class BounceMailbox(models.Model):
    """What is known of the mailbox. It is configured by ``ANTENNE_BOUNCE_MAILBOX``; this is its state."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    read_at = models.DateTimeField(_("last read"), null=True)
    next_try_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    stored = models.PositiveIntegerField(_("reports that were stored"), default=0)
    left = models.PositiveIntegerField(
        _("other mails, left there"),
        default=0,
        help_text=_("Answers of people and the like. Somebody should look at them."),
    )
    trouble = models.CharField(_("trouble"), max_length=12, choices=MailboxTrouble.choices, blank=True)
    reply = models.TextField(_("reply"), blank=True)
    worker = models.CharField(_("worker"), max_length=80, blank=True, editable=False)
    lease_until = models.DateTimeField(_("taken until"), null=True, editable=False)

    class Meta:
        verbose_name = _("bounce mailbox")
        verbose_name_plural = _("bounce mailbox")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

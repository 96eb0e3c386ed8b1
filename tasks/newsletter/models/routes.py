"""The ways out: relays and how they are, domains and how fast they take mail."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailRelay(models.Model):
    """What workers know of a relay. Relays are configured by ``ANTENNE_RELAYS``; this is their state."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    broken_until = models.DateTimeField(_("not used until"), null=True)
    last_error = models.TextField(_("last error"), blank=True)
    smtputf8 = models.BooleanField(_("takes addresses outside ASCII"), default=False)
    updated_at = models.DateTimeField(_("last change"), default=timezone.now)

    class Meta:
        verbose_name = _("mail relay")
        verbose_name_plural = _("mail relays")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DomainPace(models.Model):
    """A domain of recipients that asked us to slow down."""

    domain = models.CharField(_("domain"), max_length=255, unique=True)
    refusals = models.PositiveIntegerField(_("temporary refusals in a row"), default=0)
    slow_until = models.DateTimeField(_("waits until"), null=True)
    last_reply = models.TextField(_("last reply"), blank=True)
    updated_at = models.DateTimeField(_("last change"), default=timezone.now)

    class Meta:
        verbose_name = _("slow domain")
        verbose_name_plural = _("slow domains")
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain

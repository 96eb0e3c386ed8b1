"""Who wants mail, of what, how often, and in which language."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.ledger.models import LedgerRow
from tasks.newsletter.addresses import address_hash, address_key, domain_of

LANGUAGES = [("de", _("German")), ("fr", _("French")), ("en", _("English"))]


class Standing(models.TextChoices):
    """Where a subscription stands."""

    PENDING = "pending", _("not confirmed yet")
    CONFIRMED = "confirmed", _("confirmed")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")


class Frequency(models.TextChoices):
    """How often somebody wants to hear of what is new."""

    AT_ONCE = "at_once", _("at once")
    WEEKLY = "weekly", _("once a week")
    MONTHLY = "monthly", _("once a month")


class Subscriber(models.Model):
    """A person who asked for mail. Only confirmed ones ever get any."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("address"), help_text=_("As it is written to."))
    email_key = models.CharField(max_length=254, unique=True, editable=False)
    # Keyed, so that the suppression list can be joined without holding an address itself.
    email_hash = models.CharField(max_length=64, db_index=True, editable=False)
    domain = models.CharField(max_length=255, editable=False)
    language = models.CharField(
        _("language"), max_length=12, choices=LANGUAGES, help_text=_("Mails come in this language.")
    )
    frequency = models.CharField(
        _("how often"),
        max_length=8,
        choices=Frequency.choices,
        default=Frequency.AT_ONCE,
        help_text=_("A digest once a week or month tells everything since the last one in one mail."),
    )
    paused_until = models.DateField(
        _("paused until"), null=True, blank=True, help_text=_("No mails before this day.")
    )
    standing = models.CharField(
        _("standing"),
        max_length=12,
        choices=Standing.choices,
        default=Standing.PENDING,
        help_text=_("Set by the subscriber: by confirming and by unsubscribing."),
    )
    digest_from = models.DateTimeField(
        _("told of everything until"),
        default=timezone.now,
        editable=False,
        help_text=_("The next digest tells what was announced after this."),
    )
    soft_bounces = models.PositiveSmallIntegerField(_("temporary bounces"), default=0, editable=False)
    soft_bounced_at = models.DateTimeField(_("last temporary bounce"), null=True, editable=False)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        ordering = ["email_key"]
        indexes = [models.Index(fields=["language", "standing"], name="subscribers_of_language")]

    def __str__(self) -> str:
        return self.email

    @classmethod
    def of(cls, address: str, **fields: Any) -> Self:
        """An unsaved subscriber of ``address`` with all that is derived from it."""
        subscriber = cls(email=address, **fields)
        subscriber.derive()
        return subscriber

    def derive(self) -> None:
        """Fill what follows from the address."""
        self.email_key = address_key(self.email)
        self.email_hash = address_hash(self.email_key)
        self.domain = domain_of(self.email_key)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with all that is derived from the address; bulk inserts call ``of`` instead."""
        self.derive()
        super().save(*args, **kwargs)


class Interest(models.Model):
    """A topic that a subscriber wants to hear of."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="interests")
    topic = models.CharField(_("topic"), max_length=40)

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        constraints = [models.UniqueConstraint(fields=["subscriber", "topic"], name="one_interest_per_topic")]

    def __str__(self) -> str:
        return self.topic


class Following(models.Model):
    """One thing that a subscriber wants to hear everything of, e.g. a municipality or a partnership.

    ``subject`` is a key of ``Plugin.subjects``.
    """

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="followings")
    subject = models.CharField(_("follows"), max_length=80, db_index=True)

    class Meta:
        verbose_name = _("following")
        verbose_name_plural = _("followings")
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "subject"], name="one_following_per_subject")
        ]

    def __str__(self) -> str:
        return self.subject


class SubscriptionRequest(LedgerRow):
    """Somebody asked for mail to an address. This row is also the confirmation mail to it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="requests")
    language = models.CharField(_("language"), max_length=12, choices=LANGUAGES)
    frequency = models.CharField(
        _("how often"), max_length=8, choices=Frequency.choices, default=Frequency.AT_ONCE
    )
    topics = models.JSONField(_("topics"), default=list)
    subjects = models.JSONField(_("follows"), default=list, blank=True)
    consent_text = models.TextField(_("what was agreed to"), help_text=_("The sentence shown in the form."))
    source = models.CharField(_("form"), max_length=200, help_text=_("The page with the form."))
    requested_at = models.DateTimeField(_("asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)

    class Meta:
        verbose_name = _("subscription request")
        verbose_name_plural = _("subscription requests")
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["state", "next_try_at"], name="requests_to_send")]

    def __str__(self) -> str:
        return f"{self.subscriber} ({self.requested_at:%Y-%m-%d})"


class SignupCount(models.Model):
    """How often the form was used within one window of time, by a keyed hash of who used it."""

    key = models.CharField(max_length=64)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="one_count_per_window")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.window:%Y-%m-%d %H:%M}: {self.count}"

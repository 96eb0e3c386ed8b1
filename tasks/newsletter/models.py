"""Who wants mail, what they were asked, and what was sent to them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.announcements.models import Announcement, AnnouncementVersion, Reason
from tasks.ledger.models import LedgerRow, State

LANGUAGES = [("de", _("German")), ("fr", _("French")), ("en", _("English"))]


class Standing(models.TextChoices):
    """Where a subscription stands."""

    PENDING = "pending", _("not confirmed yet")
    CONFIRMED = "confirmed", _("confirmed")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")


class Subscriber(models.Model):
    """A person who asked for mail. Only confirmed ones ever get any."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("address"), help_text=_("As it is written to."))
    email_key = models.CharField(max_length=254, unique=True, editable=False)
    language = models.CharField(
        _("language"), max_length=12, choices=LANGUAGES, help_text=_("Mails come in this language.")
    )
    standing = models.CharField(
        _("standing"),
        max_length=12,
        choices=Standing.choices,
        default=Standing.PENDING,
        help_text=_("Set by the subscriber: by confirming and by unsubscribing."),
    )
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


class SubscriptionRequest(LedgerRow):
    """Somebody asked for mail to an address. This row is also the confirmation mail to it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="requests")
    language = models.CharField(_("language"), max_length=12, choices=LANGUAGES)
    topics = models.JSONField(_("topics"), default=list)
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


class CampaignState(models.TextChoices):
    """How far the mails to readers of one language are."""

    WAITING = "waiting", _("waits for the translation")
    SENDING = "sending", _("is being sent")
    DONE = "done", _("done")
    SUPPRESSED = "suppressed", _("not sent")


class Campaign(models.Model):
    """The mails of one announcement to the readers of one language."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="campaigns")
    language = models.CharField(_("language of the readers"), max_length=12, choices=LANGUAGES)
    version = models.ForeignKey(AnnouncementVersion, models.CASCADE, null=True, related_name="campaigns")
    state = models.CharField(
        _("state"), max_length=12, choices=CampaignState.choices, default=CampaignState.WAITING
    )
    reason = models.CharField(_("not sent because"), max_length=12, choices=Reason.choices, blank=True)
    candidates = models.PositiveIntegerField(_("subscribers of this language"), default=0)
    excluded = models.JSONField(_("left out, by reason"), default=dict)
    frozen_at = models.DateTimeField(_("recipients fixed"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["announcement", "language"], name="one_campaign_per_language")
        ]

    def __str__(self) -> str:
        return f"{self.announcement} ({self.language})"

    @property
    def framed(self) -> bool:
        """Whether the readers get another language than their own."""
        return self.version is not None and self.version.language != self.language


class Delivery(LedgerRow):
    """One mail to one address."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="deliveries")
    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(Subscriber, models.SET_NULL, null=True, related_name="deliveries")
    address = models.EmailField(_("address"))
    address_key = models.CharField(max_length=254, editable=False)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            # Over the announcement, not the campaign: who changes their language in between must
            # not get the same content twice.
            models.UniqueConstraint(fields=["announcement", "address_key"], name="one_mail_per_address")
        ]
        indexes = [
            models.Index(
                fields=["campaign", "id"],
                name="deliveries_pending",
                condition=models.Q(state=State.PENDING),
            ),
            models.Index(fields=["state", "lease_until"], name="deliveries_leased"),
            models.Index(fields=["state", "next_try_at"], name="deliveries_due"),
        ]

    def __str__(self) -> str:
        return self.address

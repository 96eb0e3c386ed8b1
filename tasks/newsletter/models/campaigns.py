"""What is sent: a campaign per language of readers, a delivery per reader."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision

from tasks.announcements.models import Announcement, AnnouncementVersion, Reason
from tasks.ledger.models import LedgerRow, State
from tasks.newsletter.models.subscribers import LANGUAGES, Subscriber


class CampaignKind(models.TextChoices):
    """Why mails are sent."""

    ANNOUNCEMENT = "announcement", _("announcement")
    DIGEST = "digest", _("digest")


class CampaignState(models.TextChoices):
    """How far the mails to readers of one language are."""

    WAITING = "waiting", _("waits for the translation")
    SENDING = "sending", _("is being sent")
    PAUSED = "paused", _("paused")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    SUPPRESSED = "suppressed", _("not sent")


class Campaign(models.Model):
    """The mails of one announcement, or of one period's digest, to the readers of one language."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(
        _("kind"), max_length=12, choices=CampaignKind.choices, default=CampaignKind.ANNOUNCEMENT
    )
    announcement = models.ForeignKey(Announcement, models.CASCADE, null=True, related_name="campaigns")
    period = models.CharField(
        _("period"), max_length=20, blank=True, help_text=_("Of a digest, for example weekly 2026-W47.")
    )
    language = models.CharField(_("language of the readers"), max_length=12, choices=LANGUAGES)
    version = models.ForeignKey(AnnouncementVersion, models.CASCADE, null=True, related_name="campaigns")
    state = models.CharField(
        _("state"), max_length=12, choices=CampaignState.choices, default=CampaignState.WAITING
    )
    reason = models.CharField(_("not sent because"), max_length=12, choices=Reason.choices, blank=True)
    candidates = models.PositiveIntegerField(_("subscribers of this language"), default=0)
    excluded = models.JSONField(_("left out, by reason"), default=dict)
    in_archive = models.BooleanField(_("in the public archive"), default=True)
    web_views = models.PositiveIntegerField(
        _("read on the web"), default=0, help_text=_("Counted without knowing who.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    frozen_at = models.DateTimeField(_("recipients fixed"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["announcement", "language"], name="one_campaign_per_language"),
            models.UniqueConstraint(
                fields=["period", "language"],
                name="one_digest_per_period",
                condition=models.Q(announcement=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.announcement or self.period} ({self.language})"

    @property
    def framed(self) -> bool:
        """Whether the readers get another language than their own."""
        return self.version is not None and self.version.language != self.language


class MailBody(models.Model):
    """What a campaign says, composed once: all workers send it and the archive shows it.

    ``variant`` tells digests of different topics apart; the texts still have a slot where each
    recipient's own links go (``compose.LINK_SLOT``).
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="bodies")
    variant = models.CharField(max_length=64, blank=True)
    subject = models.TextField(_("subject"))
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("composed"), default=timezone.now)

    class Meta:
        verbose_name = _("composed mail")
        verbose_name_plural = _("composed mails")
        constraints = [models.UniqueConstraint(fields=["campaign", "variant"], name="one_body_per_variant")]

    def __str__(self) -> str:
        return self.subject


class Delivery(LedgerRow):
    """One mail to one address. ``compose.identity`` gives its Message-ID."""

    # A million rows name one campaign and its announcement: to look both up again for every row took
    # PostgreSQL as long as writing them. Whoever adds mails holds the campaign's lock, which names
    # the announcement. ``subscriber`` is checked: people may leave at that very moment.
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="deliveries", db_constraint=False, db_index=False
    )
    announcement = models.ForeignKey(
        Announcement,
        models.CASCADE,
        null=True,
        related_name="deliveries",
        db_constraint=False,
        db_index=False,
    )
    subscriber = models.ForeignKey(Subscriber, models.SET_NULL, null=True, related_name="deliveries")
    address = models.EmailField(_("address"), blank=True)
    address_key = models.CharField(max_length=254, editable=False)
    domain = models.CharField(_("domain"), max_length=255, editable=False)
    variant = models.CharField(max_length=64, blank=True, editable=False)
    relay = models.CharField(_("relay"), max_length=40, blank=True, editable=False)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            # Over the announcement, not the campaign: who changes their language in between must
            # not get the same content twice.
            models.UniqueConstraint(fields=["announcement", "address_key"], name="one_mail_per_address"),
            models.UniqueConstraint(
                fields=["campaign", "address_key"],
                name="one_digest_per_address",
                condition=models.Q(announcement=None),
            ),
        ]
        # Every index is written three times per mail, so there are few, and the others are partial.
        indexes = [
            # Claims go along it, and it counts what is open or done without reading the rows.
            models.Index(fields=["campaign", "state", "id"], name="deliveries_by_state"),
            models.Index(
                fields=["lease_until"],
                name="deliveries_leased",
                condition=models.Q(state__in=(State.CLAIMED, State.SENDING)),
            ),
            models.Index(
                fields=["campaign", "next_try_at"],
                name="deliveries_deferred",
                condition=models.Q(state=State.DEFERRED),
            ),
        ]

    def __str__(self) -> str:
        return self.address or f"#{self.pk}"


class TestMail(LedgerRow):
    """A mail that an editor sends to themselves to see what readers would get."""

    __test__ = False  # not a test case, whatever pytest makes of the name

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    page = models.ForeignKey(Page, models.CASCADE, related_name="+", verbose_name=_("page"))
    revision = models.ForeignKey(Revision, models.SET_NULL, null=True, related_name="+")
    language = models.CharField(_("language of the readers"), max_length=12, choices=LANGUAGES)
    address = models.EmailField(_("address"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(_("asked"), default=timezone.now)

    class Meta:
        verbose_name = _("test mail")
        verbose_name_plural = _("test mails")
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return self.address

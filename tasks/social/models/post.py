"""Posts: one row per announcement and account."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.announcements.models import Announcement, AnnouncementVersion
from tasks.ledger.models import LedgerRow
from tasks.social.models.account import SocialAccount


class Post(LedgerRow):
    """One post of one announcement with one account.

    ``fingerprint`` is of all that was sent last: text, card and image.

    ``progress`` is what a channel left behind that has not finished; ``edit_requested_at`` and
    ``withdraw_requested_at`` are wishes that a worker fulfils.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="posts")
    account = models.ForeignKey(SocialAccount, models.SET_NULL, null=True, related_name="posts")
    account_name = models.CharField(_("account"), max_length=80)
    version = models.ForeignKey(AnnouncementVersion, models.CASCADE, null=True, related_name="posts")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    tried_at = models.DateTimeField(_("last attempt"), null=True, editable=False)
    text = models.TextField(_("text"), blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    progress = models.JSONField(default=dict, editable=False)
    remote_id = models.CharField(_("id on the service"), max_length=500, blank=True)
    remote_url = models.URLField(_("link"), max_length=500, blank=True)
    looked_at = models.DateTimeField(_("last looked for"), null=True)
    edit_requested_at = models.DateTimeField(_("to be edited since"), null=True)
    edited_at = models.DateTimeField(_("edited"), null=True)
    withdraw_requested_at = models.DateTimeField(_("to be withdrawn since"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["announcement", "account"], name="one_post_per_account")
        ]
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="posts_due"),
            models.Index(fields=["account", "tried_at"], name="posts_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account_name}: {self.announcement}"

    @property
    def key(self) -> str:
        """What identifies this post to the service in every attempt."""
        return f"antenne-{self.public_id}"

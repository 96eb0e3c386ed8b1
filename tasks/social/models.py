"""Accounts to post with, and posts."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.crypto import EncryptedTextField
from cms.plugins import registry
from tasks.announcements.models import Announcement, AnnouncementVersion
from tasks.ledger.models import LedgerRow
from tasks.newsletter.models import LANGUAGES
from tasks.social.channel import Channel
from tasks.social.forms import SocialAccountForm


def channel_choices() -> list[tuple[str, str]]:
    """(slug, name) of every channel that a plugin adds."""
    return [(slug, str(channel.verbose_name)) for slug, channel in registry().channels().items()]


class SocialAccount(models.Model):
    """One account on one service."""

    name = models.CharField(_("name"), max_length=80, help_text=_("How editors know this account."))
    channel = models.CharField(
        _("channel"), max_length=40, choices=channel_choices, help_text=_("The kind of service.")
    )
    language = models.CharField(
        _("language"),
        max_length=12,
        choices=[*LANGUAGES[:2]],
        blank=True,
        help_text=_("Posts in this language. Empty: in the language that a page appears in first."),
    )
    server = models.URLField(
        _("server"), blank=True, help_text=_("The service's address, e.g. https://mastodon.example.")
    )
    access_token = EncryptedTextField(
        _("access token"),
        blank=True,
        help_text=_("From the service's settings. Kept encrypted and never shown."),
    )
    active = models.BooleanField(_("active"), default=True, help_text=_("Only active accounts post."))
    withdraw = models.BooleanField(
        _("withdraw posts"),
        default=True,
        help_text=_("When a page is unpublished or deleted, its post is deleted on the service."),
    )
    created_at = models.DateTimeField(_("connected"), default=timezone.now, editable=False)
    trouble = models.TextField(_("what is wrong"), blank=True, editable=False)

    base_form_class = SocialAccountForm

    class Meta:
        verbose_name = _("social media account")
        verbose_name_plural = _("social media accounts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Ask for what the channel needs."""
        super().clean()
        kind = registry().channels().get(self.channel)
        missing: dict[str, Any] = {}
        if kind and kind.needs_server and not self.server:
            missing["server"] = _("This channel needs the address of a server.")
        if kind and kind.needs_token and not self.access_token:
            missing["access_token"] = _("This channel needs an access token.")
        if self.server and not self.server.startswith("https://") and not settings.ANTENNE_HTTP_ALLOW_PRIVATE:
            missing["server"] = _("The address must begin with https://.")
        if missing:
            raise ValidationError(missing)

    def get_channel(self) -> Channel:
        """The channel's object; raises ``LookupError`` where its plugin is not installed."""
        try:
            channel: Channel = registry().channels()[self.channel]()
        except KeyError as error:
            raise LookupError(f"No channel “{self.channel}” is installed") from error
        return channel


class Post(LedgerRow):
    """One post of one announcement with one account."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="posts")
    account = models.ForeignKey(SocialAccount, models.SET_NULL, null=True, related_name="posts")
    account_name = models.CharField(_("account"), max_length=80)
    version = models.ForeignKey(AnnouncementVersion, models.CASCADE, null=True, related_name="posts")
    text = models.TextField(_("text"), blank=True)
    remote_id = models.CharField(_("id on the service"), max_length=200, blank=True)
    remote_url = models.URLField(_("link"), max_length=500, blank=True)
    withdraw_requested_at = models.DateTimeField(_("to be withdrawn since"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["announcement", "account"], name="one_post_per_account")
        ]
        indexes = [models.Index(fields=["state", "next_try_at"], name="posts_due")]

    def __str__(self) -> str:
        return f"{self.account_name}: {self.announcement}"

    @property
    def key(self) -> str:
        """What identifies this post to the service in every attempt."""
        return f"antenne-{self.public_id}"

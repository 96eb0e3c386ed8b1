"""Who follows, what was posted, and what is still to be told to which server."""

from __future__ import annotations

import re
import uuid
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.ledger.models import LedgerRow
from tasks.social.models.account import SocialAccount

SERVER = re.compile(r"[a-z0-9.-]+(:[0-9]+)?")


class Note(models.Model):
    """One post as the fediverse has it.

    One that was deleted stays as a tombstone: its id can never be used again.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=80, editable=False)
    account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="notes")
    language = models.CharField(_("language"), max_length=12)
    text = models.TextField(_("text"))
    url = models.URLField(_("link"), max_length=500)
    hashtags = models.JSONField(default=list)
    image = models.JSONField(null=True)
    published_at = models.DateTimeField(_("posted"))
    changed_at = models.DateTimeField(_("edited"), null=True)
    deleted_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("fediverse post")
        verbose_name_plural = _("fediverse posts")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(deleted_at=None), name="one_note_per_key"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class RemoteActor(models.Model):
    """Somebody on another server, as far as it has to be known: where to write to and how they sign."""

    uri = models.URLField(_("profile"), max_length=500, unique=True)
    host = models.CharField(_("server"), max_length=260, db_index=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    key_id = models.CharField(max_length=500)
    key_pem = models.TextField()
    inbox = models.URLField(max_length=500)
    shared_inbox = models.URLField(max_length=500, blank=True)
    fetched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("account of the fediverse")
        verbose_name_plural = _("accounts of the fediverse")

    def __str__(self) -> str:
        return f"@{self.name}@{self.host}" if self.name else self.uri

    @property
    def delivers_to(self) -> str:
        """The inbox that serves the whole server, where there is one."""
        return self.shared_inbox or self.inbox


class Follower(models.Model):
    """One follower of one account of ours."""

    account = models.ForeignKey(
        SocialAccount, models.CASCADE, related_name="followers", verbose_name=_("account")
    )
    actor = models.ForeignKey(
        RemoteActor, models.CASCADE, related_name="followings", verbose_name=_("follower")
    )
    follow_uri = models.CharField(max_length=500)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("follower in the fediverse")
        verbose_name_plural = _("followers in the fediverse")
        ordering = ["-since", "-pk"]
        constraints = [models.UniqueConstraint(fields=["account", "actor"], name="one_following")]

    def __str__(self) -> str:
        return str(self.actor)


class Block(models.Model):
    """Whom this site has nothing to do with."""

    target = models.CharField(
        _("server or profile"),
        max_length=500,
        unique=True,
        help_text=_(
            "A server such as spam.example, with all below it, or the address of one profile. "
            "Who is blocked follows no longer and is told nothing."
        ),
    )
    reason = models.CharField(
        _("reason"), max_length=200, blank=True, help_text=_("For your colleagues; nobody else sees it.")
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("block in the fediverse")
        verbose_name_plural = _("blocks in the fediverse")
        ordering = ["target"]

    def __str__(self) -> str:
        return self.target

    def clean(self) -> None:
        """A server's name or an address, in the form in which they are compared."""
        super().clean()
        target = self.target.strip().rstrip("/")
        if not target.startswith(("https://", "http://")):
            target = target.removeprefix("@").lower()
            if not SERVER.fullmatch(target):
                raise ValidationError({"target": _("Neither a server (spam.example) nor an address.")})
        self.target = target


class InboxDelivery(LedgerRow):
    """One activity for one inbox. ``body`` is empty where it is made of the note when it is sent."""

    class Kind(models.TextChoices):
        """What is told."""

        CREATE = "create", _("new post")
        UPDATE = "update", _("changed post")
        DELETE = "delete", _("withdrawn post")
        ANSWER = "answer", _("answer to a follower")
        PROFILE = "profile", _("changed profile")

    account = models.ForeignKey(
        SocialAccount, models.CASCADE, related_name="inbox_deliveries", verbose_name=_("account")
    )
    note = models.ForeignKey(
        Note, models.CASCADE, null=True, related_name="deliveries", verbose_name=_("post")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    inbox = models.URLField(_("inbox"), max_length=500)
    activity = models.CharField(max_length=500, editable=False)
    body = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("delivery to the fediverse")
        verbose_name_plural = _("deliveries to the fediverse")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["activity", "inbox"], name="one_activity_per_inbox")]
        indexes = [models.Index(fields=["state", "next_try_at"], name="inbox_deliveries_due")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.inbox}"


class InboxMessage(LedgerRow):
    """What another server sent and no worker has looked at; deleted as soon as one has."""

    HEADERS: ClassVar[tuple[str, ...]] = ("host", "date", "digest", "content-type", "content-length")

    account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="inbox_messages")
    host = models.CharField(max_length=260, db_index=True)
    target = models.CharField(max_length=500)
    signature = models.TextField()
    headers = models.JSONField()
    body = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("message from the fediverse")
        verbose_name_plural = _("messages from the fediverse")
        indexes = [models.Index(fields=["state", "next_try_at"], name="inbox_messages_due")]

    def __str__(self) -> str:
        return f"{self.body.get('type')}: {self.host}"

"""Accounts to post with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.crypto import EncryptedJSONField
from cms.plugins import registry
from tasks.newsletter.models import LANGUAGES
from tasks.social.compose import unknown_placeholders
from tasks.social.values import DEFAULT_TEMPLATE

if TYPE_CHECKING:
    from tasks.social.channel import Channel


def channel_choices() -> list[tuple[str, str]]:
    """(slug, name) of every channel that a plugin adds."""
    return [(slug, str(channel.verbose_name)) for slug, channel in registry().channels().items()]


LONGEST_LOOK = timedelta(minutes=2)
"""After that, whoever looked has died on the way."""


class WhenChanged(models.TextChoices):
    """What becomes of a post when its page gets another title, text or address."""

    EDIT = "edit", _("Edit the post, where the service can")
    KEEP = "keep", _("Leave the post as it is")


class SocialAccount(models.Model):
    """One account on one service.

    ``credentials`` and ``session`` are secret, ``options`` is the rest of what the channel's form
    asks. ``session`` is what a channel may keep between two calls, such as a token of short life.
    """

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
    credentials = EncryptedJSONField(_("credentials"), blank=True, default=dict, editable=False)
    session = EncryptedJSONField(_("session"), blank=True, default=dict, editable=False)
    options = models.JSONField(_("options"), blank=True, default=dict, editable=False)
    active = models.BooleanField(_("active"), default=True, help_text=_("Only active accounts post."))
    template = models.TextField(
        _("text of a post"),
        default=DEFAULT_TEMPLATE,
        help_text=_(
            "Used where an editor writes no text of their own. Placeholders: {title}, {lead}, {url}, {tags}, "
            "{facts}, {kind}. The lead is shortened to what fits."
        ),
    )
    with_image = models.BooleanField(
        _("with image"), default=True, help_text=_("Posts carry the page's image, where the service can.")
    )
    by_default = models.BooleanField(
        _("chosen by default"),
        default=True,
        help_text=_("Every announced page is posted here, unless its editor decides otherwise."),
    )
    daily_cap = models.PositiveSmallIntegerField(
        _("posts a day at most"),
        default=25,
        validators=[MaxValueValidator(1000)],
        help_text=_("What is more waits for the next day. 0: as many as there are."),
    )
    min_gap = models.PositiveSmallIntegerField(
        _("minutes between two posts"),
        default=0,
        validators=[MaxValueValidator(1440)],
        help_text=_("So that an import does not flood the followers."),
    )
    withdraw = models.BooleanField(
        _("withdraw posts"),
        default=True,
        help_text=_("When a page is unpublished or deleted, its post is deleted on the service."),
    )
    when_changed = models.CharField(
        _("when a page changes"),
        max_length=8,
        choices=WhenChanged.choices,
        default=WhenChanged.EDIT,
        help_text=_("What becomes of the post when its page gets another title, text or address."),
    )
    created_at = models.DateTimeField(_("connected"), default=timezone.now, editable=False)
    remote_name = models.CharField(_("name on the service"), max_length=200, blank=True, editable=False)
    remote_url = models.URLField(_("profile"), max_length=500, blank=True, editable=False)
    expires_at = models.DateTimeField(_("connection ends"), null=True, blank=True, editable=False)
    probed_at = models.DateTimeField(_("last looked after"), null=True, editable=False)
    looked_at = models.DateTimeField(_("end of the last look"), null=True, editable=False)
    reached_at = models.DateTimeField(_("last reached"), null=True, editable=False)
    silence = models.TextField(_("why it was not reached"), blank=True, editable=False)
    warned_at = models.DateTimeField(_("last warned about"), null=True, editable=False)
    warned_of = models.CharField(_("what was warned of"), max_length=8, blank=True, editable=False)
    trouble = models.TextField(_("what is wrong"), blank=True, editable=False)

    class Meta:
        verbose_name = _("social media account")
        verbose_name_plural = _("social media accounts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Placeholders that mean something."""
        super().clean()
        if names := unknown_placeholders(self.template):
            wrong = ", ".join(f"{{{name}}}" for name in names)
            raise ValidationError({"template": _("Not a placeholder: %(names)s") % {"names": wrong}})

    def get_channel(self) -> Channel:
        """The channel's object; raises ``LookupError`` where its plugin is not installed."""
        try:
            channel: Channel = registry().channels()[self.channel]()
        except KeyError as error:
            raise LookupError(f"No channel “{self.channel}” is installed") from error
        return channel

    @property
    def is_looked_at(self) -> bool:
        """Whether a look at the connection is asked for or under way."""
        if self.probed_at is None:
            return self.active
        begun = self.looked_at is None or self.looked_at < self.probed_at
        return begun and self.probed_at > timezone.now() - LONGEST_LOOK

    def keep_session(self, session: dict[str, Any]) -> None:
        """Remember what a channel wants to have again in its next call."""
        self.session = session
        type(self).objects.filter(pk=self.pk).update(session=session)

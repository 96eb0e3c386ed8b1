"""What an editor wants of a page's posts, where it is not what the account does by default."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model_string

from tasks.social.models.account import SocialAccount


class PostPlan(models.Model):
    """One account's post of one page. Without a plan, the account's own defaults hold.

    A page is named by its number, because its plans need no revisions and end with it.
    """

    page_ref = models.PositiveBigIntegerField(_("page number"))
    account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="plans")
    wanted = models.BooleanField(
        _("post here"), default=True, help_text=_("Whether this page is posted with this account.")
    )
    text = models.TextField(
        _("text"),
        blank=True,
        help_text=_("Empty: the account's own. Placeholders are filled in, the link is added if missing."),
    )
    hashtags = models.CharField(
        _("hashtags"),
        max_length=300,
        blank=True,
        help_text=_("Words separated by spaces. Empty: the page's own."),
    )
    image = models.ForeignKey(
        get_image_model_string(),
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("image"),
        help_text=_("Empty: the page's own."),
    )
    alt = models.CharField(
        _("alternative text"),
        max_length=1500,
        blank=True,
        help_text=_("What the image shows, for people who cannot see it. Needed with an image."),
    )
    without_image = models.BooleanField(
        _("without image"), default=False, help_text=_("Post the text alone.")
    )
    send_at = models.DateTimeField(
        _("not before"), null=True, blank=True, help_text=_("Empty: as soon as the page is live.")
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    changed_at = models.DateTimeField(_("last change"), auto_now=True)

    class Meta:
        verbose_name = _("plan for a post")
        verbose_name_plural = _("plans for posts")
        constraints = [models.UniqueConstraint(fields=["page_ref", "account"], name="one_plan_per_account")]

    def __str__(self) -> str:
        return f"{self.account}: {self.page_ref}"

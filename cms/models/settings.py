"""What an editor sets once for the whole site."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="site")
class SiteSettings(BaseSiteSetting):
    """Name, sender and imprint lines, used on the site and in every mail."""

    organisation = models.CharField(
        _("organisation"), max_length=120, help_text=_("Stands in the header, in mails and in feeds.")
    )
    tagline_de = models.CharField(
        _("tagline (German)"), max_length=160, blank=True, help_text=_("A line below the name.")
    )
    tagline_fr = models.CharField(
        _("tagline (French)"), max_length=160, blank=True, help_text=_("A line below the name.")
    )
    imprint_line = models.TextField(
        _("imprint for mails"),
        blank=True,
        help_text=_(
            "Who sends the newsletter, with postal address. Stands at the end of every mail (§ 5 DDG)."
        ),
    )
    contact_email = models.EmailField(
        _("contact address"), blank=True, help_text=_("Answers to the newsletter and help requests go here.")
    )

    class Meta:
        verbose_name = _("site settings")

    def __str__(self) -> str:
        return self.organisation

"""What is asked about an account of the site itself."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.social.fields import ChannelForm, PatternField
from tasks.social.models import SocialAccount


class ActivityPubForm(ChannelForm):
    """Its name; nothing is secret but the key, which the site makes itself."""

    bound_to: ClassVar[tuple[str, ...]] = ()
    handle = PatternField(
        regex=r"[a-z][a-z0-9_]{0,29}",
        label=gettext_lazy("handle"),
        help_text=gettext_lazy(
            "What people search for, before @ and the site's address: small letters, digits and _. "
            "It stays as it is once it is saved."
        ),
        error_messages={"invalid": gettext_lazy("Only small letters, digits and _, up to 30.")},
    )
    display_name = forms.CharField(
        max_length=100,
        required=False,
        label=gettext_lazy("displayed name"),
        help_text=gettext_lazy("What stands above posts. Empty: the site's name."),
    )
    summary = forms.CharField(
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("description"),
        help_text=gettext_lazy("A few words for the profile; links may be in it."),
    )

    def clean_handle(self) -> str:
        """One that nobody has, and always the same."""
        handle: str = self.cleaned_data["handle"]
        before = self.initial.get("handle")
        if before and before != handle:
            raise ValidationError(_("Other servers know this account as %(name)s.") % {"name": before})
        if (
            not before
            and SocialAccount.objects.filter(channel="activitypub", options__handle=handle).exists()
        ):
            raise ValidationError(_("Another account has this name already."))
        return handle

"""The form that asks for mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tasks.newsletter.addresses import normalized
from tasks.newsletter.models import LANGUAGES
from tasks.newsletter.topics import topic_choices

CONSENT = _(
    "I want to get mails on the chosen topics at this address. I can end this at any time with the "
    "link in every mail."
)


class SubscribeForm(forms.Form):
    """Address, language, topics and consent."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("We send one mail there, with a link to confirm."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the mails"),
        choices=LANGUAGES,
        help_text=_("You can change it by subscribing again."),
    )
    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        choices=topic_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose at least one."),
    )
    consent = forms.BooleanField(label=CONSENT)
    # Hidden from people by the stylesheet; programs that fill in every field give themselves away.
    website = forms.CharField(required=False, label=_("Leave this empty"), widget=forms.TextInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["language"].initial = get_language()
        self.fields["topics"].initial = [key for key, _label in topic_choices()]
        self.fields["website"].widget.attrs.update({"tabindex": "-1", "autocomplete": "off"})

    def clean_email(self) -> str:
        """The normalized address."""
        return normalized(self.cleaned_data["email"])

    @property
    def is_from_a_program(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.cleaned_data.get("website"))

"""The form that asks for mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cms.plugins import registry
from tasks.newsletter.deliverable import deliverable
from tasks.newsletter.models import LANGUAGES, Frequency
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
    frequency = forms.ChoiceField(
        label=_("How often"),
        choices=Frequency.choices,
        initial=Frequency.AT_ONCE,
        help_text=_("A digest once a week or month tells everything since the last one in one mail."),
    )
    subjects = forms.MultipleChoiceField(
        label=_("You follow"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You get a mail whenever there is news about it."),
    )
    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        choices=topic_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose at least one."),
    )
    consent = forms.BooleanField(label=CONSENT)
    # Filled in by proof.js; without it the form works within tighter limits.
    altcha = forms.CharField(required=False, widget=forms.HiddenInput)
    # Hidden from people by the stylesheet; programs that fill in every field give themselves away.
    website = forms.CharField(required=False, label=_("Leave this empty"), widget=forms.TextInput)

    def __init__(self, *args: Any, follow: tuple[str, ...] = (), **kwargs: Any) -> None:
        """The form; ``follow`` are keys of subjects that it offers, already chosen."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["language"].initial = get_language()
        subjects = known_subjects(follow)
        self.fields["subjects"].choices = subjects  # type: ignore[attr-defined]
        self.fields["subjects"].initial = [key for key, _label in subjects]
        self.fields["topics"].initial = [] if subjects else [key for key, _label in topic_choices()]
        self.fields["website"].widget.attrs.update({"tabindex": "-1", "autocomplete": "off"})

    def clean_email(self) -> str:
        """The normalized address."""
        return deliverable(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        """Something has to be chosen: a topic, or what the form was opened for."""
        cleaned = super().clean() or {}
        if "topics" in cleaned and not cleaned["topics"] and not cleaned.get("subjects"):
            self.add_error("topics", _("Choose at least one."))
        return cleaned

    @property
    def is_from_a_program(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.cleaned_data.get("website"))


def known_subjects(keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """(key, label in the active language) of those of ``keys`` that a plugin knows."""
    if not keys:
        return []
    return [(key, label) for key, label in registry().subjects(get_language() or "de") if key in keys]

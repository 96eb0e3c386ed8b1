"""The forms of the preference centre."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tasks.newsletter.addresses import normalized
from tasks.newsletter.models import LANGUAGES, Frequency, Subscriber
from tasks.newsletter.preferences import Choices, choices_of, followed
from tasks.newsletter.topics import topic_choices

NO_PAUSE, ONE_MONTH, THREE_MONTHS, UNTIL = "none", "month", "quarter", "until"
PAUSES = [
    (NO_PAUSE, _("No pause")),
    (ONE_MONTH, _("For one month")),
    (THREE_MONTHS, _("For three months")),
    (UNTIL, _("Until a day of my choice")),
]
DAYS = {ONE_MONTH: 30, THREE_MONTHS: 91}


class SettingsLinkForm(forms.Form):
    """The address whose settings somebody wants to change."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The one that gets our mails. We send the link there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_email(self) -> str:
        """The normalized address."""
        return normalized(self.cleaned_data["email"])


class PreferencesForm(forms.Form):
    """Everything that a subscriber can choose, filled with what holds now."""

    language = forms.ChoiceField(
        label=_("Language of the mails"), choices=LANGUAGES, help_text=_("From the next mail on.")
    )
    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You hear of everything new on these."),
    )
    subjects = forms.MultipleChoiceField(
        label=_("What you follow"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Untick what you do not want to hear of any more."),
    )
    frequency = forms.ChoiceField(
        label=_("How often"),
        choices=Frequency.choices,
        widget=forms.RadioSelect,
        help_text=_("A digest once a week or month tells everything since the last one in one mail."),
    )
    pause = forms.ChoiceField(
        label=_("Pause"),
        choices=PAUSES,
        widget=forms.RadioSelect,
        help_text=_("No mails for a while. They come again by themselves afterwards."),
    )
    paused_until = forms.DateField(
        label=_("First day with mails again"),
        required=False,
        help_text=_("Needed only for a pause until a day of your choice."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, subscriber: Subscriber, data: Any = None) -> None:
        now = choices_of(subscriber)
        initial = now.__dict__ | {"pause": UNTIL if now.paused_until else NO_PAUSE}
        super().__init__(data, label_suffix="", initial=initial)
        offered = topic_choices()
        # What no plugin offers any more stays until its owner unticks it.
        gone = [(key, key) for key in now.topics if key not in dict(offered)]
        self.choose("topics", offered + gone)
        self.choose("subjects", followed(subscriber, get_language() or subscriber.language))

    def choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Offer ``choices`` in the field called ``name``."""
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- for the type checker
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Something to hear of, and a day for a pause that needs one."""
        data = self.cleaned_data
        if not data.get("topics") and not data.get("subjects"):
            self.add_error("topics", _("Choose at least one, or unsubscribe below."))
        if data.get("pause") == UNTIL and "paused_until" in data:
            self._check_day(data["paused_until"])
        return data

    def _check_day(self, day: date | None) -> None:
        if day is None:
            self.add_error("paused_until", _("Choose a day."))
        elif day <= timezone.localdate():
            self.add_error("paused_until", _("Choose a day in the future."))

    def choices(self) -> Choices:
        """What was chosen in a valid form."""
        data = self.cleaned_data
        return Choices(
            language=data["language"],
            frequency=data["frequency"],
            topics=sorted(data["topics"]),
            subjects=sorted(data["subjects"]),
            paused_until=self._pause_end(),
        )

    def _pause_end(self) -> date | None:
        pause = self.cleaned_data["pause"]
        if pause in DAYS:
            return timezone.localdate() + timedelta(days=DAYS[pause])
        day: date | None = self.cleaned_data["paused_until"] if pause == UNTIL else None
        return day

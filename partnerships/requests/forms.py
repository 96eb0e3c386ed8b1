"""The public forms: sending a request in, writing to somebody, saving a search."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnerships.domain.directory import find_municipalities
from partnerships.models import Municipality, Topic
from partnerships.models.choices import Language
from partnerships.requests.choices import Direction, NoticeKind
from partnerships.requests.models import Notice, NoticeWatch

MOST_PLACES = 8
NEAR = 200
"""Places of similar names that are looked at."""


class OneLineField(forms.CharField):
    """A text without line breaks and control characters, as it may stand in a header."""

    def to_python(self, value: Any) -> str:
        """The words with one blank between them."""
        words = "".join(char if char.isprintable() else " " for char in super().to_python(value) or "")
        return " ".join(words.split())


class GuardedForm(forms.Form):
    """A form that has mails sent: with the proof of work and the field that only programs fill in."""

    # Filled in by proof.js; without it the form works within tighter limits.
    altcha = forms.CharField(required=False, widget=forms.HiddenInput)
    # Hidden from people by the stylesheet; programs that fill in every field give themselves away.
    website = forms.CharField(required=False, label=_("Leave this empty"), widget=forms.TextInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["website"].widget.attrs.update({"tabindex": "-1", "autocomplete": "off"})
        if "language" in self.fields:
            self.fields["language"].initial = get_language()

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields that people fill in."""
        return [field for field in self if field.name not in ("altcha", "website")]

    @property
    def is_from_a_program(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.cleaned_data.get("website"))


def _email(help_text: Any) -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return forms.EmailField(label=_("E-mail address"), max_length=254, help_text=help_text, widget=widget)


def _language(help_text: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Language"), choices=Language.choices, help_text=help_text)


def _name() -> OneLineField:
    widget = forms.TextInput(attrs={"autocomplete": "name"})
    return OneLineField(
        label=_("Your name"), max_length=120, help_text=_("How we may address you."), widget=widget
    )


class NoticeForm(GuardedForm):
    """What somebody looks for or offers. The place is typed, and asked about where there are several."""

    kind = forms.ChoiceField(label=_("Kind"), choices=NoticeKind.choices, help_text=_("What it is about."))
    place = OneLineField(
        label=_("Town or municipality"),
        max_length=120,
        help_text=_("For which you write. Its name or its official code."),
    )
    title_de = OneLineField(
        label=_("Title in German"), max_length=120, required=False, help_text=_("In a few words.")
    )
    text_de = forms.CharField(
        label=_("Text in German"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One of the two languages is enough. No addresses or phone numbers, please."),
    )
    title_fr = OneLineField(
        label=_("Title in French"), max_length=120, required=False, help_text=_("In a few words.")
    )
    text_fr = forms.CharField(
        label=_("Text in French"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One of the two languages is enough. No addresses or phone numbers, please."),
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"),
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What fits."),
    )
    audience = OneLineField(
        label=_("Who takes part"), max_length=160, required=False, help_text=_("E.g. 25 singers.")
    )
    region_wanted = OneLineField(
        label=_("Region wanted"), max_length=160, required=False, help_text=_("Empty: anywhere.")
    )
    period = OneLineField(
        label=_("When"), max_length=120, required=False, help_text=_("E.g. in May 2027, for a week.")
    )
    expires_on = forms.DateField(
        label=_("Open until"),
        help_text=_("At most twelve months from today. You can extend it later."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    name = _name()
    email = _email(_("It is not published. We send one mail there, with a link to confirm."))
    language = _language(_("In which we write to you."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topics"].queryset = Topic.objects.all()  # type: ignore[attr-defined]
        self.fields["expires_on"].initial = Notice._meta.get_field("expires_on").get_default()

    def clean_place(self) -> Municipality:
        """The one municipality of this name; where there are several, they are named with their codes."""
        typed = self.cleaned_data["place"]
        found = [place for place in find_municipalities(typed)[:NEAR] if _is_called(place, typed)]
        if not found:
            raise ValidationError(_("We know no municipality of this name."), code="unknown")
        if len(found) > 1:
            named = "; ".join(_told_apart(place) for place in found[:MOST_PLACES])
            raise ValidationError(
                _("Several places have this name. Please give the official code: %(places)s."),
                code="several",
                params={"places": named},
            )
        return found[0]

    def clean(self) -> dict[str, Any]:
        """What the record itself asks for: a text to a title, and at most twelve months."""
        cleaned = super().clean() or {}
        if not self.errors:
            self._check_record(cleaned)
        return cleaned

    def _check_record(self, cleaned: dict[str, Any]) -> None:
        if not (cleaned["title_de"] or cleaned["title_fr"]):
            self.add_error("title_de", _("Give a title in German or in French."))
            return
        try:
            Notice(**self.record()).clean()
        except ValidationError as error:
            self.add_error(None, error)

    def record(self) -> dict[str, Any]:
        """The values of the record, but for its topics."""
        data = self.cleaned_data
        same = ("kind", "title_de", "text_de", "title_fr", "text_fr", "audience", "region_wanted", "period")
        return {
            **{name: data[name] for name in same},
            "expires_on": data["expires_on"],
            "municipality": data["place"],
            "sender_name": data["name"],
            "sender_email": data["email"],
            "sender_language": data["language"],
        }


def _is_called(place: Municipality, typed: str) -> bool:
    names = (place.name, place.name_de, place.name_fr, place.official_code)
    return typed.casefold() in {name.casefold() for name in names if name}


def _told_apart(place: Municipality) -> str:
    areas = ", ".join(part for part in (place.district, place.country) if part)
    return f"{place.label()} ({areas}): {place.official_code}"


class MessageForm(GuardedForm):
    """A message to somebody whose address is not shown."""

    name = _name()
    email = _email(_("The reply goes there. We send one mail first, with a link to confirm."))
    language = _language(_("Of your message."))
    text = forms.CharField(
        label=_("Message"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Plain text, up to 4,000 characters."),
    )

    def record(self) -> dict[str, Any]:
        """The values of the message."""
        return {name: self.cleaned_data[name] for name in ("name", "email", "language", "text")}


class ContactForm(MessageForm):
    """A message to one of the associations of a partnership."""

    association = forms.ChoiceField(label=_("To"), help_text=_("The association that gets your message."))
    field_order = ("association", "name", "email", "language", "text")

    def __init__(self, *args: Any, associations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["association"].choices = associations  # type: ignore[attr-defined]


class WatchForm(GuardedForm):
    """A search whose owner is told of what is new."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, help_text=_("Empty: all kinds."))
    topic = forms.ModelChoiceField(
        label=_("Topic"), queryset=Topic.objects.none(), required=False, help_text=_("Empty: all topics.")
    )
    region = forms.ChoiceField(
        label=_("Region"), required=False, help_text=_("Where the place is. Empty: anywhere.")
    )
    email = _email(_("One mail a day at most. We send one mail first, with a link to confirm."))
    language = _language(_("In which we write to you."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = ("", _("all"))
        regions = Municipality.objects.exclude(region="").values_list("region", flat=True)
        self.fields["topic"].queryset = Topic.objects.all()  # type: ignore[attr-defined]
        self.fields["kind"].choices = [anything, *NoticeKind.choices]  # type: ignore[attr-defined]
        self.fields["region"].choices = [  # type: ignore[attr-defined]
            anything,
            *((region, region) for region in regions.order_by("region").distinct()),
        ]

    def record(self) -> dict[str, Any]:
        """The values of the search."""
        names = [field.name for field in NoticeWatch._meta.fields]
        return {name: value for name, value in self.cleaned_data.items() if name in names}


class NoticeFilterForm(forms.Form):
    """A GET form. Values that do not exist are ignored, so that old links keep working."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    direction = forms.ChoiceField(label=_("Request or offer"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query, auto_id="requests-%s", use_required_attribute=False, label_suffix="")
        anything = ("", _("all"))
        topics = sorted((topic.label(), topic.key) for topic in Topic.objects.all())
        choices: dict[str, list[Any]] = {
            "direction": [anything, *Direction.choices],
            "kind": [anything, *NoticeKind.choices],
            "country": [anything, ("DE", _("Germany")), ("FR", _("France"))],
            "topic": [anything, *((key, label) for label, key in topics)],
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, str]:
        """The valid part of what was asked for."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

"""What an editor can say about one account's post of a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.images.widgets import AdminImageChooser

from tasks.social.models import PostPlan


class ImageChooser(AdminImageChooser):
    """Wagtail's chooser; the image that is chosen already is not fetched once more for every account."""

    known: Any = None

    def get_instance(self, value: Any) -> Any:
        """The image with the key ``value``."""
        return self.known if self.known and str(value) == str(self.known.pk) else super().get_instance(value)


class PlanForm(forms.ModelForm[PostPlan]):
    """All of it is optional; what is left alone stays the account's own."""

    class Meta:
        model = PostPlan
        fields = ("wanted", "text", "hashtags", "image", "alt", "without_image", "send_at")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 5}),
            "image": ImageChooser,
            "alt": forms.Textarea(attrs={"rows": 2}),
            "send_at": AdminDateTimeInput,
        }

    def __init__(self, *args: Any, may_plan: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["image"].widget.known = self.instance.image
        for field in self.fields.values():
            field.disabled = not may_plan

    def clean(self) -> dict[str, Any]:
        """An image of one's own needs words for those who do not see it."""
        cleaned = super().clean() or {}
        shown = cleaned.get("image") and not cleaned.get("without_image")
        if shown and not cleaned.get("alt", "").strip() and "alt" not in self.errors:
            self.add_error("alt", _("The image needs an alternative text."))
        return cleaned

"""Counts that carry their certainty: "about 30", "more than 20", "exactly 12"."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from barcamp_pages.domain.choices import Qualifier


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people or things; ``qualifier`` is a ``Qualifier`` or empty (as it was given)."""

    number: int | None
    qualifier: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a number at all; nought is one."""
        return self.number is not None

    def phrase(self) -> str:
        """The count in words of the active language, empty where it is not known."""
        if self.number is None:
            return ""
        number = number_format(self.number, use_l10n=True, force_grouping=True)
        return qualified(number, self.qualifier)


def qualified(number: str, qualifier: str) -> str:
    """``number`` with its qualifier in the active language."""
    match qualifier:
        case Qualifier.ABOUT:
            return _("about %(number)s") % {"number": number}
        case Qualifier.MORE_THAN:
            return _("more than %(number)s") % {"number": number}
        case Qualifier.EXACTLY:
            return _("exactly %(number)s") % {"number": number}
    return number

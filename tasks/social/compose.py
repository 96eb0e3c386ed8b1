"""From a template with placeholders to the text of a post."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from tasks.social.values import Draft

PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
TOO_MANY_BREAKS = re.compile(r"\n{3,}")


def values(draft: Draft) -> dict[str, str]:
    """What the placeholders stand for. ``{lead}`` is shortened where the post gets too long."""
    content = draft.content
    facts = "\n".join(f"{fact.label}: {fact.value}" for fact in content.facts)
    return {
        "title": content.title,
        "lead": content.lead,
        "url": content.url,
        "tags": " ".join(f"#{tag}" for tag in draft.hashtags),
        "facts": facts,
        "kind": content.kind,
    }


PLACEHOLDERS = ("title", "lead", "url", "tags", "facts", "kind")


def unknown_placeholders(template: str) -> list[str]:
    """Names in braces that mean nothing, for an error that says so."""
    return sorted({name for name in PLACEHOLDER.findall(template) if name not in PLACEHOLDERS})


def fill(template: str, known: dict[str, str]) -> str:
    """``template`` with its placeholders filled, and no gap where one is empty."""
    text = PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), template)
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return TOO_MANY_BREAKS.sub("\n\n", lines).strip()


def with_link(template: str) -> str:
    """``template``, with the link at its end where it names none: a post must lead somewhere."""
    return template if "{url}" in template else f"{template.rstrip()}\n\n{{url}}"


def compose(draft: Draft, fits: Callable[[str], bool]) -> str:
    """The text: the lead gives way first, then the hashtags; the editor's own words never do."""
    template, known = with_link(draft.template), values(draft)
    words = known["lead"].split(" ")

    def text(number: int) -> str:
        cut = "…" if 0 < number < len(words) else ""
        return fill(template, known | {"lead": " ".join(words[:number]) + cut})

    if not fits(text(0)):
        return fill(template, known | {"lead": "", "tags": ""})
    if "{lead}" not in template:
        return text(0)
    return text(_most(len(words), lambda number: fits(text(number))))


def _most(largest: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to ``largest`` that fits; 0 does.

    In growing steps first: a lead may be much longer than what fits, and counting takes time.
    """
    high = 1
    while high < largest and fits(high):
        high *= 2
    low, high = high // 2, min(high, largest)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def too_long(length: int, limit: int) -> str:
    """Says so, with both numbers."""
    return _("The text is too long: %(length)s of %(limit)s.") % {"length": length, "limit": limit}

"""From the words in a cell to a value. Each function raises ``ValueError`` with what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import override

from cms.plugins import registry
from tasks.newsletter.importing.formats import BY_WORD, There
from tasks.newsletter.models import LANGUAGES, Frequency
from tasks.newsletter.topics import topic_choices

CODES = [code for code, _label in LANGUAGES]
LANGUAGE_NAMES = {
    "de": "german deutsch allemand ger deu",
    "fr": "french französisch franzoesisch français francais fra fre",
    "en": "english englisch anglais eng",
}
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
SUBJECT = re.compile(r"[a-z_]+:\S{1,70}")
# As listmonk's database driver writes a time: "2024-05-12 10:11:12.123456 +0000 UTC".
GO_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)\d* ([+-]\d{4}) \S+")
DAYS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y")


@dataclass(frozen=True)
class Vocabulary:
    """What topics and things to follow are called here, in all languages."""

    topics: dict[str, str]
    subjects: dict[str, str]


def vocabulary() -> Vocabulary:
    """The words that hold now; read once per file."""
    return Vocabulary(
        dict(_words(topic_choices)),
        {label.casefold(): key for code in CODES for key, label in _subjects(code)},
    )


def _subjects(code: str) -> list[tuple[str, str]]:
    with override(code):
        return registry().subjects(code)


def _words(choices: Callable[[], list[tuple[str, Any]]]) -> Iterator[tuple[str, str]]:
    for code in CODES:
        with override(code):
            for key, label in choices():
                yield from ((key.casefold(), key), (str(label).casefold(), key))


@cache
def _frequencies() -> dict[str, str]:
    return dict(_words(lambda: list(Frequency.choices)))


def language(text: str) -> str:
    """A language by its code, also with a country, or its name in German, French or English."""
    word = text.casefold()
    code = re.split("[-_]", word)[0]
    named = (key for key, names in LANGUAGE_NAMES.items() if word in names.split())
    found = code if code in CODES else next(named, "")
    if not found:
        raise ValueError(_("“%(value)s” is no language that mails come in.") % {"value": short(text)})
    return found


def frequency(text: str) -> str:
    """How often, by its key or its name in German, French or English."""
    found = _frequencies().get(text.casefold())
    if found is None:
        raise ValueError(_("“%(value)s” does not say how often.") % {"value": short(text)})
    return found


def standing(text: str) -> There:
    """Where somebody stands there."""
    found = BY_WORD.get(text.casefold())
    if found is None:
        raise ValueError(_("“%(value)s” is no known standing.") % {"value": short(text)})
    return found


def several(text: str) -> list[str]:
    """The parts of a list with commas or semicolons, without quotation marks around them."""
    parts = (part.strip(" \"'“”") for part in re.split("[;,]", text))
    return [part for part in dict.fromkeys(parts) if part]


def topics(text: str, words: Vocabulary) -> tuple[list[str], list[str]]:
    """Keys of the topics, and what is none."""
    # A label may have a comma of its own.
    if whole := words.topics.get(text.casefold()):
        return [whole], []
    parts = several(text)
    known = [words.topics[part.casefold()] for part in parts if part.casefold() in words.topics]
    return list(dict.fromkeys(known)), [part for part in parts if part.casefold() not in words.topics]


def follows(text: str, words: Vocabulary) -> list[str]:
    """Keys of what is followed, by key or by name."""
    found = []
    for part in several(text):
        key = words.subjects.get(part.casefold(), part)
        if not SUBJECT.fullmatch(key):
            raise ValueError(_("“%(value)s” is nothing that can be followed.") % {"value": short(part)})
        found.append(key)
    return list(dict.fromkeys(found))


def moment(text: str) -> datetime:
    """A time as ISO 8601, as Go prints it, or as written in German or French; in UTC if it does not say."""
    found = _moment(text)
    if found is None:
        raise ValueError(_("“%(value)s” is no date.") % {"value": short(text)})
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    if aware > timezone.now():
        raise ValueError(_("“%(value)s” has yet to come.") % {"value": short(text)})
    return aware


def _moment(text: str) -> datetime | None:
    if go := GO_TIME.fullmatch(text):
        text = f"{go[1]}{go[2]}"
    try:
        if found := parse_datetime(text):
            return found
        return datetime.combine(date.fromisoformat(text), datetime.min.time())
    except ValueError:
        return next((day for pattern in DAYS if (day := _strptime(text, pattern))), None)


def _strptime(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=UTC)
    except ValueError:
        return None


def day(text: str) -> date:
    """A day as ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_("“%(value)s” is no date.") % {"value": short(text)}) from error


def attributes(text: str) -> dict[str, str]:
    """A JSON object as cells; lists become lists with semicolons."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(_("This is no JSON.")) from error
    if not isinstance(found, dict):
        raise ValueError(_("This is no JSON object."))
    return {str(key): _cell(value) for key, value in found.items() if value not in (None, "", [], {})}


def _cell(value: object) -> str:
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def short(text: str) -> str:
    """Enough of a value to find it by. Addresses are left out, as reports are kept."""
    text = ADDRESS.sub("…@…", text)
    return text if len(text) <= 40 else f"{text[:39]}…"

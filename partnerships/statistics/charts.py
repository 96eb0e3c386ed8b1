"""The figures in words and as bars, in the active language."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.domain.exports import DANGEROUS
from partnerships.domain.index.filters import FACETS, UNKNOWN
from partnerships.domain.presentation import country_name, grouped
from partnerships.models import Kind, Status, Topic, Verification
from partnerships.statistics.numbers import Numbers

WIDTH, ROW, BAR_TOP, BAR_HEIGHT, ROOM = 360, 42, 20, 14, 60
"""In units of the drawing: a row holds its words above its bar; ``ROOM`` is for the number behind it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value with its number. ``url`` is the directory filtered by it, if it can be."""

    value: str
    label: str
    number: int
    shown: str
    url: str
    text_y: int
    y: int
    number_y: int
    width: int
    number_x: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A set of bars. ``note`` says what is counted where it is not obvious."""

    key: str
    title: str
    heading: str
    note: str
    summary: str
    bars: list[Bar]
    height: int
    has_links: bool


def charts(numbers: Numbers, directory_url: str = "") -> list[Chart]:
    """Every chart that has something to show."""
    labels = _labels()
    return [
        _chart(key, counts, labels[_family(key)], directory_url)
        for key, counts in numbers.by.items()
        if counts
    ]


def as_csv(numbers: Numbers) -> str:
    """The same as a file, with a mark by which a spreadsheet knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(("chart", "value", "label", "partnerships"))
    for chart in charts(numbers):
        writer.writerows(
            (chart.key, _harmless(bar.value), _harmless(bar.label), bar.number) for bar in chart.bars
        )
    return text.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _family(key: str) -> str:
    return "region" if key.startswith("region_") else key


def _chart(key: str, counts: tuple[tuple[str, int], ...], label: Callable[[str], str], base: str) -> Chart:
    most = max((number for _value, number in counts), default=0)
    bars = [
        _bar(row, value, label(value), number, most, _url(key, value, number, base))
        for row, (value, number) in enumerate(counts)
    ]
    title, heading, note = _words(key)
    return Chart(
        key=key,
        title=title,
        heading=heading,
        note=note,
        summary=", ".join(f"{bar.label}: {bar.shown}" for bar in bars),
        bars=bars,
        height=ROW * len(bars),
        has_links=any(bar.url for bar in bars),
    )


def _bar(row: int, value: str, label: str, number: int, most: int, url: str) -> Bar:
    width = round((WIDTH - ROOM) * number / most) if most else 0
    width = max(width, 2) if number else 0
    top = row * ROW
    return Bar(
        value=value,
        label=label,
        number=number,
        shown=grouped(number),
        url=url,
        text_y=top + BAR_TOP - 5,
        y=top + BAR_TOP,
        number_y=top + BAR_TOP + BAR_HEIGHT - 2,
        width=width,
        number_x=width + 6,
    )


def _url(key: str, value: str, number: int, base: str) -> str:
    """Nothing leads to an empty list, and only to what the directory can be asked for."""
    query = _query(_family(key), value) if base and number else {}
    return f"{base}?{urlencode(query)}#results" if query else ""


def _query(facet: str, value: str) -> dict[str, str]:
    if facet in FACETS:
        return {facet: value}
    if facet == "size" and value != UNKNOWN:
        low, _dash, high = value.partition("-")
        return {
            name: number for name, number in (("population_from", low), ("population_to", high)) if number
        }
    return {}


def _labels() -> dict[str, Callable[[str], str]]:
    """By chart, what its values are called."""
    topics = {topic.key: topic.label() for topic in Topic.objects.all()}
    confirmed = {
        "year": _("within the last 12 months"),
        "two_years": _("12 to 24 months ago"),
        "longer": _("more than 24 months ago"),
        "never": _("never so far"),
    }
    return {
        "decade": _decade,
        "region": lambda value: value.partition(":")[2],
        "size": _size,
        "topic": lambda value: topics.get(value, value),
        "kind": lambda value: str(dict(Kind.choices).get(value, value)),
        "status": lambda value: str(dict(Status.choices).get(value, value)),
        "confirmed": lambda value: confirmed[value],
        "verified": lambda value: str(dict(Verification.choices).get(value, value)),
        "distance": _distance,
    }


def _decade(value: str) -> str:
    if value == UNKNOWN:
        return _("year unknown")
    return _("%(first)s to %(last)s") % {"first": value, "last": int(value) + 9}


def _size(value: str) -> str:
    low, _dash, high = value.partition("-")
    if value == UNKNOWN:
        return _("number of inhabitants not known")
    if not high:
        return _("%(low)s inhabitants and more") % {"low": grouped(int(low))}
    if low == "0":
        return _("up to %(high)s inhabitants") % {"high": grouped(int(high))}
    return _("%(low)s to %(high)s inhabitants") % {"low": grouped(int(low)), "high": grouped(int(high))}


def _distance(value: str) -> str:
    low, _dash, high = value.partition("-")
    if value == UNKNOWN:
        return _("position not known")
    if not high:
        return _("%(low)s km and more") % {"low": grouped(int(low))}
    if low == "0":
        return _("less than %(high)s km") % {"high": grouped(int(high))}
    return _("%(low)s to less than %(high)s km") % {"low": grouped(int(low)), "high": grouped(int(high))}


def _words(key: str) -> tuple[str, str, str]:
    """Title, heading of the first column, and what has to be known about the numbers."""
    many = _("A partnership counts once for each of these that applies to it.")
    if key.startswith("region_"):
        country = country_name(key.removeprefix("region_").upper())
        return _("By region: %(country)s") % {"country": country}, _("Region"), many
    size_note = _(
        "Counted by the inhabitants of each place: a partnership counts in every class it has a place of."
    )
    near = _("As the crow flies, between the two nearest places on different sides.")
    return {
        "decade": (_("By decade of signing"), _("Signed"), ""),
        "size": (_("By size of the places"), _("Inhabitants"), size_note),
        "topic": (_("By topic"), _("Topic"), many),
        "kind": (_("By kind"), _("Kind"), ""),
        "status": (_("By status"), _("Status"), ""),
        "confirmed": (_("Last confirmed by the partners"), _("Last confirmed"), ""),
        "verified": (_("Facts checked"), _("Checked"), ""),
        "distance": (_("By distance"), _("Distance"), near),
    }[key]


def total_in_words(numbers: Numbers) -> str:
    """“55 partnerships”."""
    words = ngettext("%(number)s partnership", "%(number)s partnerships", numbers.total)
    return words % {"number": grouped(numbers.total)}


def documents(numbers: Numbers) -> Iterator[dict[str, object]]:
    """The charts for the API, in the active language."""
    for chart in charts(numbers):
        bars = [{"value": bar.value, "label": bar.label, "partnerships": bar.number} for bar in chart.bars]
        yield {"key": chart.key, "title": chart.title, "note": chart.note, "values": bars}

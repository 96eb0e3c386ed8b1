"""A partnership's facts in words, in the active language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from cms.announceable import Fact
from partnerships.domain import partial_dates
from partnerships.domain.distance import distance_km
from partnerships.domain.map import map_of
from partnerships.domain.subjects import partnership_key
from partnerships.models import Level, Municipality, Partnership, PartnershipMember

NBSP = "\N{NO-BREAK SPACE}"
WIKIDATA = "https://www.wikidata.org/wiki/"


@dataclass(frozen=True, slots=True)
class Figure:
    """A fact with what one has to know about it, in small print."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MemberCard:
    """One member as the page shows it beside the others."""

    name: str
    level: str
    area: str
    country: str
    facts: list[Figure]
    remarks: list[str]
    wikidata_url: str


def partnership_context(partnership: Partnership, language: str) -> dict[str, Any]:
    """What the template of a partnership page needs."""
    members = list(partnership.members.all())
    return {
        "record": partnership,
        "subject": partnership_key(partnership.public_id),
        "members": [_card(member) for member in members],
        "facts": partnership_facts(partnership),
        "sources": partnership.sources.all(),
        "map": map_of([partnership], language, urls={}),
    }


def partnership_facts(partnership: Partnership) -> list[Fact]:
    """The fact sheet. What is not known is said to be unknown where readers look for it."""
    return [Fact(label, value) for label, value in _facts(partnership)]


def _facts(partnership: Partnership) -> Iterator[tuple[str, str]]:
    yield _("Kind"), str(partnership.get_kind_display())
    yield _("Status"), str(partnership.get_status_display())
    yield from _history_facts(partnership)
    distance = distance_km(partnership.members.all())
    if distance is not None:
        yield _("Distance as the crow flies"), f"{grouped(distance)}{NBSP}km"
    associations = [association.name for association in partnership.associations.all()]
    if associations:
        yield _("Looked after by"), ", ".join(associations)
    yield from _life_facts(partnership)
    if partnership.last_confirmed_on:
        yield _("Last confirmed"), date_format(partnership.last_confirmed_on, "DATE_FORMAT")
    yield _("Reference"), partnership.public_id


def _history_facts(partnership: Partnership) -> Iterator[tuple[str, str]]:
    if partnership.year_of_first_contact:
        yield _("First contact"), str(partnership.year_of_first_contact)
    yield _("Signed"), str(partnership.year_signed) if partnership.year_signed else _("unknown")
    if partnership.years_renewed:
        yield _("Renewed"), partnership.years_renewed
    if partnership.year_ended:
        yield _("Ended"), str(partnership.year_ended)


def _life_facts(partnership: Partnership) -> Iterator[tuple[str, str]]:
    topics = sorted(topic.label() for topic in partnership.topics.all())
    if topics:
        yield _("Topics"), ", ".join(topics)
    if partnership.languages:
        yield _("Languages"), ", ".join(map(language_name, partnership.languages.split(", ")))
    if partnership.rhythm:
        yield _("Meetings"), str(partnership.get_rhythm_display())
    for label, day in (
        (_("Last exchange"), partnership.last_exchange_on),
        (_("Next exchange"), partnership.next_exchange_on),
    ):
        if day:
            yield label, date_format(day, "DATE_FORMAT")
    if partnership.usual_participants:
        yield _("Usual number of participants"), grouped(partnership.usual_participants)


def _card(member: PartnershipMember) -> MemberCard:
    place = member.municipality
    areas = dict.fromkeys(area for area in (place.district, place.region) if area and area != place.name)
    return MemberCard(
        name=place.display_name(),
        # A plain municipality needs no word for what it is.
        level="" if place.level == Level.MUNICIPALITY else str(place.get_level_display()),
        area=", ".join(areas),
        country=country_name(place.country),
        facts=list(_member_facts(member)),
        remarks=list(history(place)),
        wikidata_url=f"{WIKIDATA}{place.wikidata_qid}" if place.wikidata_qid else "",
    )


def _member_facts(member: PartnershipMember) -> Iterator[Figure]:
    place = member.municipality
    if member.signed_on:
        yield Figure(_("Signed here"), partial_dates.display(member.signed_on, member.signed_precision))
    if place.population is None and place.is_part and place.parent:
        if place.parent.population is not None:
            yield population(
                place.parent, _("Inhabitants of %(place)s") % {"place": place.parent.display_name()}
            )
        return
    yield population(place, _("Inhabitants"))


def population(place: Municipality, label: str) -> Figure:
    """The figure with its source and year, or that it is not known."""
    if place.population is None:
        return Figure(label, _("unknown"))
    source = place.population_source or _("source not recorded")
    year = str(place.population_year) if place.population_year else _("year not recorded")
    return Figure(label, grouped(place.population), f"{source}, {year}")


def history(place: Municipality) -> Iterator[str]:
    """What a reader who knows another name has to be told."""
    names = {"place": place.display_name()}
    if place.successor:
        whole = place.successor.display_name()
        yield _("%(place)s belongs today to %(whole)s.") % {**names, "whole": whole}
    elif place.is_part and place.parent:
        whole = place.parent.display_name()
        yield _("%(place)s is a part of %(whole)s.") % {**names, "whole": whole}
    for former in place.predecessors.all():
        yield _("%(former)s is today part of %(place)s.") % {**names, "former": former.display_name()}


def country_name(code: str) -> str:
    """The country's name; its code where the site has no word for it."""
    return {"DE": _("Germany"), "FR": _("France")}.get(code, code)


def language_name(code: str) -> str:
    """The language's name in the active language; the code where Django has no name for it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def grouped(number: int) -> str:
    """A number with the thousands apart, as the active language does."""
    return number_format(number, use_l10n=True, force_grouping=True)

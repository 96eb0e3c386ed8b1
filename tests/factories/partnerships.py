"""Municipalities, partnerships and the directory, as many as a test needs."""

from __future__ import annotations

from itertools import count
from typing import Any

from wagtail.models import Page

from partnerships.models import (
    DirectoryPage,
    Municipality,
    Partnership,
    PartnershipMember,
    PartnershipPage,
)
from tests.factories.pages import SiteTree

numbers = count(1)


def municipality(name: str = "", country: str = "DE", **fields: Any) -> Municipality:
    """A municipality with a code of its own, placed somewhere in its country."""
    number = next(numbers)
    is_german = country == "DE"
    defaults = {
        "name": name or f"Ort {number}",
        "country": country,
        "code_type": "ags" if is_german else "insee",
        "official_code": f"03{number:06}" if is_german else f"76{number:03}",
        "district": "LK Goslar" if is_german else "Seine-Maritime",
        "lat": 52.0 if is_german else 49.0,
        "lon": 10.0 if is_german else 1.0,
    }
    return Municipality.objects.create(**{**defaults, **fields})


def part_of(whole: Municipality, name: str, **fields: Any) -> Municipality:
    """A part of a municipality, which carries the whole's code."""
    shared = {"country": whole.country, "code_type": whole.code_type, "official_code": whole.official_code}
    return Municipality.objects.create(
        name=name, level="district_of_city", parent=whole, district=whole.district, **{**shared, **fields}
    )


def partnership(*places: Municipality, **fields: Any) -> Partnership:
    """A partnership of these places (one German and one French by default), each on a side of its own."""
    members = places or (municipality(), municipality(country="FR"))
    record = Partnership(**{"status": "active", **fields})
    record.members = [
        PartnershipMember(municipality=place, side="abc"[order], sort_order=order)
        for order, place in enumerate(members)
    ]
    record.save()
    return record


def directory(tree: SiteTree) -> dict[str, DirectoryPage]:
    """Live directory pages in German and French, translations of each other, by language code."""
    pages: dict[str, DirectoryPage] = {}
    for language, title in (("de", "Partnerschaften"), ("fr", "Jumelages")):
        home = Page.objects.get(pk=tree.homes[language].pk)
        page = DirectoryPage(title=title, slug=title.lower(), locale=home.locale, live=False)
        if pages:
            page.translation_key = pages["de"].translation_key
        home.add_child(instance=page)
        page.save_revision().publish()
        pages[language] = DirectoryPage.objects.get(pk=page.pk)
    return pages


def partnership_page(parent: DirectoryPage, record: Partnership, **fields: Any) -> PartnershipPage:
    """A live page of the partnership below this directory, not announced."""
    title = record.title(parent.language)
    page = PartnershipPage(
        **{
            "title": title,
            "partnership": record,
            "locale": parent.locale,
            "announce": "never",
            "live": False,
            **fields,
        }
    )
    DirectoryPage.objects.get(pk=parent.pk).add_child(instance=page)
    page.save_revision().publish()
    return PartnershipPage.objects.get(pk=page.pk)

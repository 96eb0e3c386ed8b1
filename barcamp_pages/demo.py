"""Demo content: the report of the BarCamp of 25 November 2025 as a draft in both languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from barcamp_pages.demo_texts import TEXTS, VENUE
from barcamp_pages.domain.choices import Qualifier
from barcamp_pages.models import BarcampReportPage
from cms.demo.content import DemoSite, Draft
from cms.models import CongressPage
from cms.models.event import DatePrecision

TRANSLATION_KEY = UUID("6a1f0c52-6c0e-4d6b-9a55-25112025c001")
SHARED_FACTS: dict[str, Any] = {
    "starts_at": datetime(2025, 11, 25, tzinfo=ZoneInfo("Europe/Berlin")),
    "date_precision": DatePrecision.DAY,
    "venue_name": VENUE,
    "host": "Antenne Métropole",
    "moderator_name": "Tom Becker",
    "participants_count": 30,
    "participants_qualifier": Qualifier.ABOUT,
    "partnerships_count": 20,
    "partnerships_qualifier": Qualifier.MORE_THAN,
    "smallest_place_population": 1000,
    "smallest_place_qualifier": Qualifier.ABOUT,
}


def load(demo: DemoSite) -> None:
    """Write what is missing of the two drafts, and hand on those that are not published yet."""
    for language in TEXTS:
        page = _existing(demo, language) or _write(demo, language)
        if page.first_published_at is None:
            demo.drafts.append(_draft(page, language))


def _existing(demo: DemoSite, language: str) -> BarcampReportPage | None:
    versions = BarcampReportPage.objects.filter(translation_key=TRANSLATION_KEY)
    page: BarcampReportPage | None = versions.filter(locale=demo.news[language].locale).first()
    return page


def _write(demo: DemoSite, language: str) -> BarcampReportPage:
    parent = demo.news[language]
    parent.refresh_from_db()
    text = TEXTS[language]
    page = BarcampReportPage(
        **SHARED_FACTS,
        **text.fields,
        **text.streams(),
        slug=text.slug,
        funder=demo.funder.get(language),
        next_event_page=CongressPage.objects.filter(locale=parent.locale).first(),
        locale=parent.locale,
        translation_key=TRANSLATION_KEY,
        live=False,
    )
    parent.add_child(instance=page)
    page.save_revision()
    demo.say(f"BarCamp report ({language}), draft")
    return page


def _draft(page: BarcampReportPage, language: str) -> Draft:
    return Draft(page.title, language, page.pk, reverse("wagtailadmin_pages:edit", args=[page.pk]))

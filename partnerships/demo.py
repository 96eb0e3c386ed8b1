"""Demo content: the directory in German and French with the real twinnings of the region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from partnerships.domain.importing import ImportReport, import_rows, read_rows
from partnerships.domain.pages import make_pages
from partnerships.domain.reference import DATA
from partnerships.funding import demo as funding
from partnerships.models import (
    DirectoryPage,
    FundingPage,
    Partnership,
    RequestsPage,
    SectionPage,
    StatisticsPage,
)
from partnerships.requests import demo as requests
from partnerships.statistics.demo import TEXTS as STATISTICS

if TYPE_CHECKING:
    from cms.demo.content import DemoSite

FILE = DATA / "partnerships_region.csv"
TEXTS = {
    "de": (
        "Städtepartnerschaften",
        "partnerschaften",
        "Welche Stadt, welche Gemeinde ist mit wem verbunden, und seit wann? Hier stehen "
        "deutsch-französische Partnerschaften aus der Metropolregion Hannover Braunschweig Göttingen "
        "Wolfsburg, jede mit ihren Quellen. Was nicht bekannt ist, bleibt offen.",
    ),
    "fr": (
        "Jumelages",
        "jumelages",
        "Quelle ville, quelle commune est liée à laquelle, et depuis quand ? Voici des jumelages "
        "franco-allemands de la région métropolitaine de Hanovre, Braunschweig, Göttingen et Wolfsburg, "
        "chacun avec ses sources. Ce que nous ignorons est indiqué comme tel.",
    ),
}
SectionTexts = dict[str, tuple[str, str, str]]
SECTIONS: list[tuple[type[SectionPage], SectionTexts]] = [
    (RequestsPage, requests.TEXTS),
    (FundingPage, funding.TEXTS),
    (StatisticsPage, STATISTICS),
]
"""Page type and, by language, title, slug and lead of each section below the directory."""
EDITED = ("municipality", "partnership", "association", "topic", "fundingprogramme")


def load(demo: DemoSite) -> None:
    """Write the directory once; what exists already is left as its editors made it."""
    with transaction.atomic():
        _directories(demo)
        for model, texts in SECTIONS:
            _section(demo, model, texts)
        funding.load()
        _let_editors_edit()
        if not Partnership.objects.exists():
            report = import_rows(read_rows(FILE).rows, provenance=f"Import of {FILE.name}", after=_pages)
            demo.say(f"{report.partnerships.created} partnerships from {report.rows} rows")
            demo.say(f"{report.pages.created} partnership pages")
        demo.say(f"{requests.load()} requests and offers")
        requests.let_editors_edit()


def _pages(report: ImportReport, written: list[int]) -> None:
    report.pages.created = make_pages(written)


def _directories(demo: DemoSite) -> None:
    key = DirectoryPage.objects.values_list("translation_key", flat=True).first()
    for language, home in demo.homes.items():
        if language not in TEXTS or DirectoryPage.objects.child_of(home).exists():
            continue
        title, slug, lead = TEXTS[language]
        page = DirectoryPage(
            title=title, slug=slug, lead=lead, locale=home.locale, show_in_menus=True, live=False
        )
        if key:
            page.translation_key = key
        home.add_child(instance=page)
        page.save_revision().publish()
        key = page.translation_key


def _section(demo: DemoSite, model: type[SectionPage], texts: SectionTexts) -> None:
    """One page of this type below each directory, translations of each other."""
    found = model.objects.values_list("translation_key", flat=True).first()
    for parent in DirectoryPage.objects.filter(locale__language_code__in=texts):
        if model.objects.child_of(parent).exists():
            continue
        title, slug, lead = texts[parent.language]
        page = model(title=title, slug=slug, lead=lead, locale=parent.locale, live=False)
        page.translation_key = found or page.translation_key
        parent.add_child(instance=page)
        page.save_revision().publish()
        found = page.translation_key


def _let_editors_edit() -> None:
    """Wagtail's own groups may keep the records, as they may keep pages."""
    permissions = Permission.objects.filter(
        content_type__app_label="partnerships", content_type__model__in=EDITED
    )
    for group in Group.objects.filter(name__in=("Editors", "Moderators")):
        group.permissions.add(*permissions)

"""Funding programmes and their page."""

from __future__ import annotations

from itertools import count
from typing import Any

from partnerships.models import DirectoryPage, FundingDeadline, FundingPage, FundingProgramme
from tests.factories.pages import SiteTree
from tests.factories.partnerships import directory

numbers = count(1)


def programme(*deadlines: dict[str, Any], save: bool = True, **fields: Any) -> FundingProgramme:
    """A programme of which nothing is known but its name, and these deadlines."""
    number = next(numbers)
    names = {f"name_{language}": f"Programm {number}" for language in ("de", "fr", "en")}
    defaults = {"key": f"programme-{number}", "funder": "Stiftung", "url": "https://example.org/"}
    made = FundingProgramme(**{**names, **defaults, **fields})
    made.deadlines = [FundingDeadline(**deadline) for deadline in deadlines]
    if save:
        made.save()
    return made


def funding_pages(tree: SiteTree) -> dict[str, FundingPage]:
    """The page below the directory in German and French."""
    found = {}
    for language, parent in directory(tree).items():
        page = FundingPage(title="Förderung", slug="funding", locale=parent.locale, live=False)
        DirectoryPage.objects.get(pk=parent.pk).add_child(instance=page)
        page.save_revision().publish()
        found[language] = FundingPage.objects.get(pk=page.pk)
    return found

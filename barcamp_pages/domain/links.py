"""What a report points to, as far as visitors may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from barcamp_pages.models import BarcampReportPage
    from cms.models import FunderLine


def next_event_url(page: BarcampReportPage) -> str:
    """The address of the next event's page, empty until that page is public."""
    target: Any = page.next_event_page
    if target is None or not target.live or target.get_view_restrictions():
        return ""
    return target.full_url or ""


def funder_line(page: BarcampReportPage) -> FunderLine | None:
    """The funder's mention in the page's language, else as the editor chose it."""
    funder = page.funder
    if funder is None or funder.locale_id == page.locale_id:
        return funder
    translated: FunderLine | None = funder.get_translation_or_none(page.locale)
    return translated or funder

"""How many would get a mail if it went out now, by the query that fixes the recipients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count

from cms.announceable import AnnouncementContent
from tasks.newsletter.audience import EXCLUSIONS, RECIPIENT, candidates
from tasks.newsletter.models import LANGUAGES, Campaign

NO_ANNOUNCEMENT = 0
"""No row has this key: nobody has got what is not announced yet."""


@dataclass(frozen=True)
class Forecast:
    """Readers of one language: who would get it, and how many not, by reason."""

    language: str
    recipients: int
    excluded: dict[str, int]

    @property
    def name(self) -> Any:
        """The language in the active one."""
        return dict(LANGUAGES)[self.language]

    @property
    def reasons(self) -> list[tuple[Any, int]]:
        """(reason in words, number)."""
        return [(EXCLUSIONS.get(reason, reason), number) for reason, number in self.excluded.items()]


def forecast(content: AnnouncementContent, language: str, announcement: int = NO_ANNOUNCEMENT) -> Forecast:
    """The numbers for readers of ``language``; one query, whatever their number."""
    campaign = Campaign(language=language, announcement_id=announcement)
    rows = candidates(campaign, content).order_by().values_list("why_not").annotate(Count("pk"))
    counts = dict(rows)
    recipients = counts.pop(RECIPIENT, 0)
    return Forecast(language, recipients, counts)


def forecasts(page: Any) -> list[Forecast]:
    """The numbers for every language, as if ``page`` were announced for the first time now."""
    content = page.get_announcement()
    return [forecast(content, language) for language in settings.ANTENNE_NEWSLETTER_LANGUAGES]

"""Where requests are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Case, IntegerField, Value, When

from partnerships.requests.models import Notice

if TYPE_CHECKING:
    from partnerships.requests.page import RequestsPage


def requests_page(language: str) -> RequestsPage | None:
    """The page that lists requests, in ``language`` or else in any."""
    from partnerships.requests.page import RequestsPage

    here = Case(
        When(locale__language_code=language, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    found: RequestsPage | None = RequestsPage.objects.live().public().order_by(here, "pk").first()
    return found


def list_path(language: str) -> str:
    """The path of the list; the site's own where there is none."""
    page = requests_page(language)
    return (page.url if page else None) or f"/{language}/"


def notice_url(notice: Notice, language: str) -> str:
    """The absolute address of a request's own page."""
    return f"{settings.WAGTAILADMIN_BASE_URL}{list_path(language)}{notice.public_id}/"

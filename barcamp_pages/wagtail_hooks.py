"""The admin's listing of reports."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.pages import PageListingViewSet

from barcamp_pages.models import BarcampReportPage


def held_on(page: BarcampReportPage) -> str:
    """The day of the barcamp in the editor's language, empty while it is open."""
    return date_format(page.local_start, "DATE_FORMAT") if page.local_start else ""


def took_part(page: BarcampReportPage) -> str:
    """How many people took part, with the qualifier."""
    return page.participants.phrase()


SELECT, TITLE, *OTHERS = PageListingViewSet.index_view_class.base_columns


class BarcampReportViewSet(PageListingViewSet):
    """All reports in one flat list, wherever they stand in the page tree."""

    model = BarcampReportPage
    name = "barcamp_reports"
    icon = "group"
    menu_label = _("BarCamps")
    menu_order = 210
    add_to_admin_menu = True
    columns = (
        SELECT,
        TITLE,
        Column("held_on", label=_("Date"), accessor=held_on, sort_key="starts_at"),
        Column("took_part", label=_("Participants"), accessor=took_part, sort_key="participants_count"),
        *OTHERS,
    )


@hooks.register("register_admin_viewset")
def register_report_listing() -> BarcampReportViewSet:
    """The menu entry “BarCamp reports”."""
    return BarcampReportViewSet()

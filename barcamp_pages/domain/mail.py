"""The report as the body of a mail: headings, paragraphs and lists, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from barcamp_pages.domain.links import next_event_url
from cms.text import absolute_html

if TYPE_CHECKING:
    from barcamp_pages.models import BarcampReportPage

TEMPLATE = "barcamp_pages/mail_body.html"


def mail_body(page: BarcampReportPage) -> str:
    """Clean HTML with absolute links, in the active language; without facts and funder line."""
    html = render_to_string(TEMPLATE, {"page": page, "next_event_url": next_event_url(page)})
    return absolute_html(html, page.full_url or "").strip()

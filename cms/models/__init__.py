"""The core's models, one file per subject."""

from cms.models.base import AnnounceablePage, SitePage
from cms.models.congress import CongressPage
from cms.models.event import EventMixin
from cms.models.funder import FunderLine
from cms.models.pages import HomePage, NewsIndexPage, TextPage
from cms.models.settings import SiteSettings

__all__ = [
    "AnnounceablePage",
    "CongressPage",
    "EventMixin",
    "FunderLine",
    "HomePage",
    "NewsIndexPage",
    "SitePage",
    "SiteSettings",
    "TextPage",
]

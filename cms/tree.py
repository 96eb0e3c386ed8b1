"""Where a site's pages stand: one tree per language below Wagtail's root."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from wagtail.models import Page, Site


def home_pages(site: Site) -> Any:
    """The live public home pages of ``site``, one per language."""
    root = Page.objects.filter(pk=site.root_page_id).values("translation_key")
    return Page.objects.live().public().filter(translation_key__in=root).select_related("locale")


def site_pages(site: Site) -> Any:
    """Every live public page of ``site`` in all languages. One query finds the trees."""
    paths = list(home_pages(site).values_list("path", flat=True))
    below = Q(pk__in=[])
    for path in paths:
        below |= Q(path__startswith=path)
    return Page.objects.live().public().filter(below)

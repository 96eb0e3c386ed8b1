"""Fixtures that tests of all apps share."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType

from tests.factories.pages import SiteTree, build_site_tree


@pytest.fixture
def site_tree(db: None) -> SiteTree:
    """German and French home and news pages on the default site."""
    ContentType.objects.clear_cache()
    return build_site_tree()

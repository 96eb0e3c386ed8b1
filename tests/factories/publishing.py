"""Pages as editors make them: a draft with a revision, published, translated."""

from __future__ import annotations

from itertools import count
from typing import Any

from wagtail.models import Locale, Page

from cms.models import CongressPage

numbers = count(1)


def draft(parent: Page, model: type[Any] = CongressPage, **fields: Any) -> Any:
    """A page below ``parent`` that is not live, with one revision."""
    number = next(numbers)
    fields = {"title": f"Seite {number}", "slug": f"seite-{number}", "locale": parent.locale} | fields
    page = Page.objects.get(pk=parent.pk).specific.add_child(instance=model(live=False, **fields))
    page.save_revision()
    return page


def publish(page: Page, **fields: Any) -> Any:
    """Publish the page as an editor does: a new revision of its latest state, then live."""
    latest = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(latest, name, value)
    latest.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


def translation(page: Page, language: str, **fields: Any) -> Any:
    """A draft translation of the page, as “translate” in the admin makes it."""
    locale = Locale.objects.get(language_code=language)
    target = Page.objects.get(pk=page.pk).specific.copy_for_translation(locale)
    for name, value in fields.items():
        setattr(target, name, value)
    target.save_revision()
    return target

"""Making the pages of partnerships under the directory, in every language that has one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

from django.utils.translation import override

from partnerships.domain.identifiers import slug
from partnerships.models import DirectoryPage, Partnership, PartnershipPage

MAX_SLUG = 200


class NoDirectory(Exception):
    """There is no live directory page to put partnership pages under."""


def directories() -> list[DirectoryPage]:
    """The live directory pages, one per language."""
    return list(DirectoryPage.objects.live().filter(alias_of=None).select_related("locale").order_by("path"))


def make_pages(partnership_ids: Iterable[int], advance: Callable[[], None] = lambda: None) -> int:
    """Make the missing live pages of these partnerships and return their number.

    Pages of one partnership are translations of each other. They are not announced: they describe
    partnerships that have long been there.
    """
    parents = directories()
    if not parents:
        raise NoDirectory
    made = 0
    have: dict[int, dict[int, uuid.UUID]] = {}
    for page in PartnershipPage.objects.filter(partnership__in=list(partnership_ids)):
        have.setdefault(page.partnership_id, {})[page.locale_id] = page.translation_key
    for partnership in Partnership.objects.filter(pk__in=list(partnership_ids)).listed().with_members():
        made += _make_missing(partnership, parents, have.get(partnership.pk, {}))
        advance()
    return made


def _make_missing(partnership: Partnership, parents: list[DirectoryPage], have: dict[int, uuid.UUID]) -> int:
    translation_key = next(iter(have.values()), None) or uuid.uuid4()
    missing = [parent for parent in parents if parent.locale_id not in have]
    for parent in missing:
        _make(partnership, parent, translation_key)
    return len(missing)


def _make(partnership: Partnership, parent: DirectoryPage, translation_key: uuid.UUID) -> None:
    with override(parent.language):
        title = partnership.title(parent.language)
    page = PartnershipPage(
        title=title,
        slug=_free_slug(parent, title, partnership.public_id),
        partnership=partnership,
        locale=parent.locale,
        translation_key=translation_key,
        announce="never",
        live=False,
    )
    parent.add_child(instance=page)
    page.save_revision().publish()


def _free_slug(parent: DirectoryPage, title: str, public_id: str) -> str:
    """The names; with the public id behind them where a sibling has them already."""
    wanted = slug(title)[:MAX_SLUG]
    taken = parent.get_children().filter(slug=wanted).exists()
    return f"{wanted}-{slug(public_id)}"[-255:] if taken else wanted

"""Which accounts would post a page, and who may say what they post."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page

from tasks.social.models import SocialAccount


def accounts_for(page: Page) -> list[SocialAccount]:
    """The active accounts of the page's language, of no language, and of one it is not translated into."""
    others = Page.objects.filter(translation_key=page.translation_key, alias_of=None).exclude(pk=page.pk)
    translated = set(others.values_list("locale__language_code", flat=True))
    accounts = SocialAccount.objects.filter(active=True)
    return [account for account in accounts if account.language not in translated]


def may_plan(user: Any, page: Page) -> bool:
    """Whether the user may change what is posted of ``page``.

    Once it is live, locked or its publication approved, a plan is no draft any more: it would reach the
    public without anybody's approval. Then it takes the right to publish.
    """
    permissions = page.permissions_for_user(user)
    if not permissions.can_edit() or permissions.page_locked():
        return False
    out = page.live or page.approved_schedule
    return bool(permissions.can_publish() or not out)

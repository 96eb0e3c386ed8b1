"""Why an account would post a page, or would not: one sentence for the editor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tasks.social.models import PostPlan, SocialAccount


@dataclass(frozen=True)
class Prospect:
    """``posts`` says whether it would, ``sentence`` why."""

    posts: bool
    sentence: str


def prospect(account: SocialAccount, plan: PostPlan, turn: datetime | None) -> Prospect:
    """For an account that could post the page; ``turn`` is when it may again, if not at once."""
    if not plan.wanted:
        return Prospect(False, _unwanted(account))
    if account.trouble:
        said = _("It cannot post before its connection is mended: %(reason)s")
        return Prospect(False, said % {"reason": account.trouble})
    moment = max(filter(None, (plan.send_at, turn)), default=None)
    if moment is None or moment <= timezone.now():
        return Prospect(True, _("It posts as soon as the page is live."))
    at = date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    if moment == plan.send_at:
        return Prospect(True, _("It posts on %(at)s, if the page is live by then.") % {"at": at})
    return Prospect(True, _("It has posted much: its next turn is on %(at)s.") % {"at": at})


def _unwanted(account: SocialAccount) -> str:
    if account.by_default:
        return _("It does not post this page, because an editor said so.")
    return _("It posts only what an editor chooses for it. Tick “post here” to do so.")


def left_out(page: Any, shown: list[SocialAccount]) -> list[tuple[SocialAccount, str]]:
    """The other accounts, each with the reason why this page is not for it."""
    others = SocialAccount.objects.exclude(pk__in=[account.pk for account in shown])
    return [(account, _why_not(account)) for account in others]


def _why_not(account: SocialAccount) -> str:
    if not account.active:
        return _("It is switched off.")
    said = _("It posts in %(language)s, and this page has a version of its own in that language.")
    return said % {"language": account.get_language_display()}

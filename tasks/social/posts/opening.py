"""From an announcement to its posts: one row per account, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from tasks.announcements.languages import Answer, Choice
from tasks.announcements.models import Announcement, Reason
from tasks.ledger.models import State
from tasks.social.models import Post, PostPlan, SocialAccount

UNWANTED = "unwanted"
"""Why a post was not made, for whoever may want it after all."""


def open_posts(announcement: Announcement, choice_for: Callable[[str], Choice]) -> None:
    """One post per active account that is wanted, as soon as the account's language is ready.

    An account that was connected later does not post what was published before it came.
    """
    accounts = SocialAccount.objects.filter(active=True, created_at__lte=announcement.created_at)
    plans = _plans(announcement)
    posts = []
    for account in accounts.exclude(posts__announcement=announcement):
        choice = choice_for(account.language)
        if choice.answer == Answer.WAIT:
            continue
        plan = plans.get((choice.version.page_ref if choice.version else 0, account.pk))
        if plan or account.by_default:
            posts.append(_post(announcement, account, choice, plan))
    Post.objects.bulk_create(posts, ignore_conflicts=True)


def _plans(announcement: Announcement) -> dict[tuple[int, int], PostPlan]:
    pages = announcement.versions.values("page_ref")
    return {(plan.page_ref, plan.account_id): plan for plan in PostPlan.objects.filter(page_ref__in=pages)}


def _post(announcement: Announcement, account: SocialAccount, choice: Choice, plan: PostPlan | None) -> Post:
    return Post(
        announcement=announcement,
        account=account,
        account_name=account.name,
        version=choice.version,
        **_fate(choice, plan),
    )


def _fate(choice: Choice, plan: PostPlan | None) -> dict[str, Any]:
    if choice.answer == Answer.SILENT:
        return {"state": State.SUPPRESSED, "detail": str(Reason(choice.reason).label)}
    return fate_of(plan) if plan else {"state": State.PENDING}


def fate_of(plan: PostPlan) -> dict[str, Any]:
    """What becomes of a post that nothing was done for yet."""
    if not plan.wanted:
        reason = _("The editor chose not to post it here.")
        return {"state": State.SUPPRESSED, "code": UNWANTED, "detail": reason}
    return {"state": State.PENDING, "next_try_at": plan.send_at, "code": "", "detail": ""}

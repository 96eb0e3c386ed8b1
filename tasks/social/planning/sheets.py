"""The posts of one page: for every account a form and what the post would look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from cms.announceable import AnnouncementContent
from tasks.announcements import doorbell
from tasks.ledger.models import State
from tasks.social.models import Post, PostPlan, SocialAccount
from tasks.social.planning.accounts import accounts_for
from tasks.social.planning.forms import PlanForm
from tasks.social.planning.previews import Preview, preview
from tasks.social.planning.prospects import Prospect, prospect
from tasks.social.posts.opening import UNWANTED, fate_of
from tasks.social.posts.pacing import turns_of

IN_DETAILS = ("image", "alt", "without_image", "send_at")


@dataclass(frozen=True)
class Sheet:
    """One account's post. ``post`` is the one of the latest announcement, if there is any."""

    account: SocialAccount
    form: PlanForm
    preview: Preview
    post: Post | None
    turn: datetime | None = None

    @property
    def prospect(self) -> Prospect:
        """Whether the account would post, and why."""
        return prospect(self.account, self.form.instance, self.turn)

    @property
    def is_open(self) -> bool:
        """Whether what is seldom needed is shown at once."""
        plan = self.form.instance
        return any(getattr(plan, name) for name in IN_DETAILS) or any(
            name in self.form.errors for name in IN_DETAILS
        )

    @property
    def is_usual(self) -> bool:
        """Whether nothing differs from what the account does without being told."""
        plan = self.form.instance
        said = (plan.text, plan.hashtags, plan.image_id, plan.alt, plan.without_image, plan.send_at)
        return plan.wanted == self.account.by_default and not any(said)


def sheets_of(
    page: Any, data: Mapping[str, Any] | None = None, *, may_plan: bool, only: str | None = None
) -> list[Sheet]:
    """Sheets of the accounts that would post ``page``, or of the one whose key is ``only``.

    ``data`` is what the editor has entered; what the channel objects to in it is an error at its field.
    """
    accounts = [one for one in accounts_for(page) if only in (None, str(one.pk))]
    plans = _plans(page.pk)
    posts = {post.account_id: post for post in Post.objects.filter(version__page_ref=page.pk).order_by("pk")}
    content, turns = page.get_announcement(), turns_of(accounts)
    return [
        _sheet(
            account,
            content,
            _form(page, account, plans, data, may_plan),
            posts.get(account.pk),
            turns.get(account.pk),
        )
        for account in accounts
    ]


def _plans(page_ref: int) -> dict[int, PostPlan]:
    plans = PostPlan.objects.filter(page_ref=page_ref).select_related("image")
    return {plan.account_id: plan for plan in plans.prefetch_related("image__renditions")}


def _form(
    page: Any, account: SocialAccount, plans: dict[int, PostPlan], data: Mapping[str, Any] | None, may: bool
) -> PlanForm:
    plan = plans.get(account.pk)
    plan = plan or PostPlan(page_ref=page.pk, account=account, wanted=account.by_default)
    return PlanForm(data, instance=plan, prefix=f"account-{account.pk}", may_plan=may)


def _sheet(
    account: SocialAccount,
    content: AnnouncementContent,
    form: PlanForm,
    post: Post | None,
    turn: datetime | None,
) -> Sheet:
    form.errors  # noqa: B018 -- puts what was entered into the instance, which is what is shown
    sheet = Sheet(account, form, preview(account, content, form.instance), post, turn)
    if form.is_bound and form.instance.wanted and not sheet.is_usual:
        for problem in sheet.preview.problems:
            if problem.field not in form.errors:
                form.add_error(problem.field if problem.field in form.fields else None, problem.message)
    return sheet


def save(sheets: list[Sheet], user: Any) -> None:
    """Keep what differs from what the accounts do anyway, and let waiting posts follow it."""
    with transaction.atomic():
        for sheet in sheets:
            _save(sheet, user)


def _save(sheet: Sheet, user: Any) -> None:
    plan = sheet.form.instance
    if sheet.is_usual:
        PostPlan.objects.filter(page_ref=plan.page_ref, account=sheet.account).delete()
    elif sheet.form.has_changed():
        plan.changed_by = user
        plan.save()
    if sheet.form.has_changed() and sheet.post:
        untouched = Post.objects.filter(pk=sheet.post.pk, attempts=0)
        if untouched.filter(_may_still_be_decided()).update(**fate_of(plan)):
            doorbell.ring_after_commit()


def _may_still_be_decided() -> Q:
    """What waits, and what somebody had said no to, as long as its page is out."""
    unwanted = Q(state=State.SUPPRESSED, code=UNWANTED, version__page__live=True, version__silenced="")
    return Q(state=State.PENDING) | unwanted

"""What goes out when: everything of one month that a user may edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision
from wagtail.permission_policies.pages import PagePermissionPolicy

from cms.plugins import registry
from tasks.announcements.models import AnnouncementVersion
from tasks.ledger.models import State
from tasks.newsletter.digests.periods import DIGESTS, Period, latest
from tasks.newsletter.models import Campaign, CampaignKind, Delivery
from tasks.social.models import Post, PostPlan

MOST = 500
"""Entries of one kind in a month; a calendar with more of them could not be read."""
PROBE = MOST + 1
"""One more tells that there are more."""


@dataclass(frozen=True)
class Entry:
    """One thing at one moment. ``url`` leads to where something can be done about it."""

    at: datetime
    kind: str
    what: str
    title: str
    url: str = ""

    @property
    def is_past(self) -> bool:
        """Whether it has happened."""
        return self.at <= timezone.now()


@dataclass(frozen=True)
class Agenda:
    """What happens in a span. ``cut`` are the kinds of which more happens than is shown."""

    entries: list[Entry]
    cut: list[str]


def agenda(user: Any, start: datetime, end: datetime) -> Agenda:
    """All that falls between ``start`` and ``end``, in order, with a fixed number of queries."""
    span = (start, end - timedelta(microseconds=1))
    mine = PagePermissionPolicy().instances_user_has_permission_for(user, "change").values("pk")
    parts = {
        _("pages"): list(_pages(mine, span)),
        _("announcements"): list(_announcements(mine, span)),
        _("posts"): [*_posts(mine, span), *_plans(mine, span)],
        _("mails"): list(_mails(mine, span)),
    }
    entries = [*_digests(span), *(entry for part in parts.values() for entry in part[:MOST])]
    cut = [name for name, part in parts.items() if len(part) > MOST]
    return Agenda(sorted(entries, key=lambda entry: (entry.at, entry.what, entry.title)), cut)


def _pages(mine: Any, span: tuple[datetime, datetime]) -> Iterator[Entry]:
    """Schedules that are approved, and those that still wait for somebody to publish the page."""
    kinds = ContentType.objects.get_for_models(*registry().announceable_models()).values()
    # Revisions name their page by a text.
    pages = Page.objects.annotate(key=Cast("pk", CharField()))
    pages = pages.filter(pk__in=mine, content_type__in=kinds)
    approved = Revision.page_revisions.filter(approved_go_live_at__isnull=False)
    rows = approved.filter(object_id__in=pages.values("key"), approved_go_live_at__range=span)
    for revision in rows.order_by("-pk")[:PROBE]:
        at, title = revision.approved_go_live_at, revision.object_str
        yield _page_entry(at, _("goes live"), title, revision.object_id)
    waiting = pages.filter(go_live_at__range=span, live=False).exclude(key__in=approved.values("object_id"))
    for page in waiting[:PROBE]:
        words = _("is to go live, not approved yet")
        yield _page_entry(page.go_live_at, words, page.draft_title or page.title, page.pk)


def _page_entry(at: datetime, what: str, title: str, pk: Any) -> Entry:
    return Entry(at, "page", what, title, reverse("wagtailadmin_pages:edit", args=[pk]))


def _announcements(mine: Any, span: tuple[datetime, datetime]) -> Iterator[Entry]:
    versions = AnnouncementVersion.objects.filter(
        page__in=mine, silenced="", announcement__silenced="", announcement__release_at__range=span
    ).select_related("announcement")
    for version in versions.order_by("-pk")[:PROBE]:
        at = version.announcement.release_at
        what = _("was announced") if at <= timezone.now() else _("is announced")
        yield Entry(at, "announcement", what, version.title, _announcement(version.page_ref))


def _announcement(page_ref: int) -> str:
    return reverse("announcements:page", args=[page_ref])


def _posts(mine: Any, span: tuple[datetime, datetime]) -> Iterator[Entry]:
    """Posts that are out, and those whose moment is known."""
    posts = Post.objects.filter(version__page__in=mine).select_related("version")
    waiting = Q(state__in=(State.PENDING, State.DEFERRED), sent_at=None, next_try_at__range=span)
    rows = posts.filter(Q(state=State.SENT, sent_at__range=span) | waiting)
    for post in rows.annotate(at=Coalesce("sent_at", "next_try_at")).order_by("-pk")[:PROBE]:
        if post.version is None:
            continue
        words = _("posted with %(account)s") if post.sent_at else _("to be posted with %(account)s")
        what = words % {"account": post.account_name}
        yield Entry(post.at, "post", what, post.version.title, _announcement(post.version.page_ref))


def _plans(mine: Any, span: tuple[datetime, datetime]) -> Iterator[Entry]:
    """Posts of pages that are not announced yet."""
    plans = PostPlan.objects.filter(page_ref__in=mine, wanted=True, send_at__range=span, account__active=True)
    plans = plans.exclude(page_ref__in=AnnouncementVersion.objects.values("page_ref"))
    rows = list(plans.select_related("account")[:PROBE])
    titles = dict(Page.objects.filter(pk__in={row.page_ref for row in rows}).values_list("pk", "draft_title"))
    for plan in rows:
        what = _("to be posted with %(account)s") % {"account": plan.account.name}
        url = reverse("announcements:posts", args=[plan.page_ref])
        if plan.send_at:
            yield Entry(plan.send_at, "post", what, titles.get(plan.page_ref, ""), url)


def _mails(mine: Any, span: tuple[datetime, datetime]) -> Iterator[Entry]:
    """Campaigns that have readers."""
    campaigns = Campaign.objects.filter(
        Exists(Delivery.objects.filter(campaign=OuterRef("pk"))),
        kind=CampaignKind.ANNOUNCEMENT,
        version__page__in=mine,
        frozen_at__range=span,
    ).select_related("version")
    for campaign in campaigns.order_by("-pk")[:PROBE]:
        if campaign.version is None or campaign.frozen_at is None:
            continue
        what = _("mail to readers in %(language)s") % {"language": campaign.get_language_display()}
        url = _announcement(campaign.version.page_ref)
        yield Entry(campaign.frozen_at, "mail", what, campaign.version.title, url)


def _digests(span: tuple[datetime, datetime]) -> Iterator[Entry]:
    """The days of the digests. What they tell is known when they go out."""
    start, end = span
    names = {"weekly": _("weekly digest"), "monthly": _("monthly digest")}
    languages = ", ".join(settings.ANTENNE_NEWSLETTER_LANGUAGES)
    for frequency in DIGESTS:
        period: Period = latest(frequency, end)
        while period.ends_at >= start:
            yield Entry(period.ends_at, "mail", languages, names[frequency.value])
            period = latest(frequency, period.ends_at - timedelta(microseconds=1))

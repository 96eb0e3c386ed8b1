"""The life of a request: sent in, confirmed, published, extended, ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from partnerships.models import Topic
from partnerships.requests.choices import MailKind, NoticeStatus
from partnerships.requests.models import Notice
from partnerships.requests.outbox import queue

REMINDERS = (7, 30)
"""Days before the end, the shorter first: only one reminder at a time makes sense."""
UNCONFIRMED_FOR = timedelta(days=7)
EXTENSION = timedelta(days=182)


@transaction.atomic
def submit(fields: dict[str, Any], topics: list[Topic]) -> Notice:
    """Take in what the public form brought; its sender is asked to confirm the address."""
    notice = Notice.objects.create(status=NoticeStatus.UNCONFIRMED, **fields)
    notice.topics.set(topics)
    _mail(MailKind.CONFIRM_NOTICE, notice, "")
    return notice


def confirm(notice: Notice) -> None:
    """The address is the sender's own: an editor may look at the text."""
    now = timezone.now()
    waiting = Notice.objects.filter(pk=notice.pk, status=NoticeStatus.UNCONFIRMED)
    waiting.update(status=NoticeStatus.IN_REVIEW, confirmed_at=now, updated_at=now)


def extend(notice: Notice) -> None:
    """Half a year from today, and open again if it was only over."""
    alive = Notice.objects.filter(pk=notice.pk, status__in=(NoticeStatus.OPEN, NoticeStatus.EXPIRED))
    until = timezone.localdate() + EXTENSION
    alive.update(status=NoticeStatus.OPEN, expires_on=until, reminded_days=None, updated_at=timezone.now())


def end(notice: Notice, status: NoticeStatus) -> None:
    """Its sender has found somebody, or takes it back."""
    alive = Notice.objects.filter(pk=notice.pk, status__in=(NoticeStatus.OPEN, NoticeStatus.EXPIRED))
    alive.update(status=status, updated_at=timezone.now())


def tell_published(notice: Notice) -> None:
    """Tell a sender who came by the form that the request is out, once."""
    if notice.is_open and notice.confirmed_at:
        _mail(MailKind.APPROVED, notice, "")


def expire() -> int:
    """Close what is over, and delete what nobody confirmed; returns how many were closed."""
    old = timezone.now() - UNCONFIRMED_FOR
    Notice.objects.filter(status=NoticeStatus.UNCONFIRMED, created_at__lt=old).delete()
    over = Notice.objects.filter(status=NoticeStatus.OPEN, expires_on__lt=timezone.localdate())
    return over.update(status=NoticeStatus.EXPIRED, updated_at=timezone.now())


def remind() -> int:
    """Write the reminders that are due; returns how many."""
    return sum(_remind(days) for days in REMINDERS)


def _remind(days: int) -> int:
    today = timezone.localdate()
    soon = Notice.objects.open().filter(expires_on__lte=today + timedelta(days=days))
    unreminded = soon.exclude(reminded_days__lte=days)
    due = [notice for notice in unreminded if _was_open_before(notice, days)]
    for notice in due:
        with transaction.atomic():
            _mail(MailKind.REMINDER, notice, f" {notice.expires_on} {days}")
            Notice.objects.filter(pk=notice.pk).update(reminded_days=days)
    return len(due)


def _was_open_before(notice: Notice, days: int) -> bool:
    """Whether the day to remind of came after that of publication: who just wrote it knows."""
    published = notice.published_at
    return published is not None and timezone.localdate(published) < notice.expires_on - timedelta(days=days)


def _mail(kind: MailKind, notice: Notice, suffix: str) -> None:
    queue(kind, f"{notice.pk}{suffix}", notice.sender_email, notice.sender_language, notice=notice)

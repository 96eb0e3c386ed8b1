"""Telling people of what is new for their search, once a day at most."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
)
from django.utils import timezone

from partnerships.requests.choices import MailKind
from partnerships.requests.models import Notice, NoticeMail, NoticeWatch
from partnerships.requests.outbox import queue

DAY = timedelta(days=1)
UNCONFIRMED_FOR = timedelta(days=7)
MOST = 20
"""Entries in one mail; the rest comes the next day."""
AT_ONCE = 100
"""Searches that one turn looks after."""


@transaction.atomic
def ask(fields: dict[str, Any]) -> NoticeWatch:
    """Keep a search and ask the owner of the address to confirm it."""
    watch = NoticeWatch.objects.create(**fields)
    queue(MailKind.CONFIRM_WATCH, str(watch.pk), watch.email, watch.language, watch=watch)
    return watch


def confirm(watch: NoticeWatch) -> None:
    """From now on there are mails."""
    now = timezone.now()
    NoticeWatch.objects.filter(pk=watch.pk, confirmed_at=None).update(confirmed_at=now, seen_until=now)


def leave(public_id: str) -> None:
    """End a search and forget its address, with the mails about it."""
    NoticeWatch.objects.filter(public_id=public_id).delete()


def tell() -> int:
    """Write the mails of all searches for which there is something new; returns how many."""
    now = timezone.now()
    NoticeWatch.objects.filter(confirmed_at=None, created_at__lt=now - UNCONFIRMED_FOR).delete()
    confirmed = NoticeWatch.objects.filter(confirmed_at__isnull=False)
    rested = confirmed.filter(Q(told_at=None) | Q(told_at__lte=now - DAY))
    due = rested.filter(Exists(_fitting())).order_by("pk")[:AT_ONCE]
    return sum(_tell(watch) for watch in due)


def _fitting() -> QuerySet[Notice]:
    """Open requests that are new for the search of the query around this one."""
    fresh = Notice.objects.open().filter(published_at__gt=OuterRef("seen_until"))
    fresh = fresh.alias(
        wanted_kind=ExpressionWrapper(OuterRef("kind"), output_field=CharField()),
        wanted_topic=ExpressionWrapper(OuterRef("topic"), output_field=BigIntegerField()),
        wanted_region=ExpressionWrapper(OuterRef("region"), output_field=CharField()),
    )
    return fresh.filter(
        Q(wanted_kind="") | Q(wanted_kind=F("kind")),
        Q(wanted_topic__isnull=True) | Q(wanted_topic=F("topics")),
        Q(wanted_region="") | Q(wanted_region=F("municipality__region")),
    )


def new_for(watch: NoticeWatch) -> QuerySet[Notice]:
    """Open requests that its owner has not been told of, oldest first."""
    found = Notice.objects.open().filter(published_at__gt=watch.seen_until)
    if watch.kind:
        found = found.filter(kind=watch.kind)
    if watch.topic_id:
        found = found.filter(topics=watch.topic_id)
    if watch.region:
        found = found.filter(municipality__region=watch.region)
    return found.order_by("published_at", "pk")


@transaction.atomic
def _tell(watch: NoticeWatch) -> int:
    found = list(new_for(watch)[:MOST])
    if not found:
        return 0
    until = found[-1].published_at
    # Whoever moves the mark writes the mail: another worker finds it moved.
    mine = NoticeWatch.objects.filter(pk=watch.pk, seen_until=watch.seen_until, confirmed_at__isnull=False)
    if not mine.update(seen_until=until, told_at=timezone.now()):
        return 0
    key = f"{watch.pk} {until.isoformat() if until else ''}"
    queue(MailKind.NEWS, key, watch.email, watch.language, watch=watch)
    NoticeMail.objects.get(key=f"{MailKind.NEWS} {key}").notices.set(found)
    return 1

"""Scheduled publishing. Wagtail's own command has no lock, and one failing page ends its run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Page, Revision

logger = logging.getLogger(__name__)


def publish_due() -> int:
    """Publish every revision whose time has come, then unpublish what has expired.

    Each in a transaction and under a lock of its own: two runs at once do nothing twice, and a
    page that fails holds up no other. Returns how many succeeded.
    """
    now = timezone.now()
    due = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at")
    expired = Page.objects.live().filter(expire_at__lte=now)
    done = sum(_guarded(_publish, pk) for pk in list(due.values_list("pk", flat=True)))
    return done + sum(_guarded(_expire, pk) for pk in list(expired.values_list("pk", flat=True)))


def _guarded(action: Callable[[int], bool], pk: int) -> bool:
    try:
        with transaction.atomic():
            return action(pk)
    except Exception:
        logger.exception("%s of %s failed", action.__name__, pk)
        return False


def _locked(rows: Any) -> Any:
    skips = connection.features.has_select_for_update_skip_locked
    return (rows.select_for_update(skip_locked=True, of=("self",)) if skips else rows).first()


def _publish(pk: int) -> bool:
    revision = _locked(Revision.objects.filter(pk=pk, approved_go_live_at__lte=timezone.now()))
    if revision is None:
        return False
    revision.publish(log_action="wagtail.publish.scheduled")
    return True


def _expire(pk: int) -> bool:
    page = _locked(Page.objects.live().filter(pk=pk, expire_at__lte=timezone.now()))
    if page is None:
        return False
    page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return True

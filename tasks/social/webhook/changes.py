"""What happens to pages, told to endpoints that rebuild a front end: rows first, calls later."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from tasks.announcements import doorbell
from tasks.ledger import claims
from tasks.ledger.models import OPEN_STATES, State
from tasks.ledger.outcomes import Outcome, failed, refused_for_now, sent, suppressed
from tasks.social.errors import AuthFailed, ChannelError, Rejected, Retryable
from tasks.social.models import SocialAccount
from tasks.social.webhook.calls import send
from tasks.social.webhook.models import WebhookCall

logger = logging.getLogger(__name__)

SETTLES = timedelta(seconds=2)
"""Several changes of one page within this time are told as one: the last."""
BATCH = 10


def page_changed(page: Page, event: str) -> int:
    """Note that ``event`` happened to ``page``; returns how many endpoints will hear of it."""
    accounts = SocialAccount.objects.filter(channel="webhook", active=True, options__every_change=True)
    return sum(_note(account, page, event) for account in accounts)


def pages_changed(page: Page, event: str) -> int:
    """The same for ``page`` and all live pages below it."""
    if not SocialAccount.objects.filter(channel="webhook", active=True, options__every_change=True).exists():
        return 0
    below = Page.objects.descendant_of(page, inclusive=True).live()
    return sum(page_changed(one, event) for one in below.iterator())


def page_deleted(page: Page) -> int:
    """A page that is deleted was unpublished a moment before, unless it was a draft; returns as above."""
    return _fresh(page.pk).filter(event="page.unpublished").update(event="page.deleted")


def _note(account: SocialAccount, page: Page, event: str) -> bool:
    about = {"event": event, "data": _told(page, event), "created_at": timezone.now()}
    if not _fresh(page.pk).filter(account=account).update(**about):
        due = timezone.now() + SETTLES
        WebhookCall.objects.create(account=account, page_ref=page.pk, next_try_at=due, **about)
    return True


def _fresh(page_ref: int) -> QuerySet[WebhookCall]:
    """Calls that no worker ever had: with the identifier of any other, a new event would pass for an old."""
    return WebhookCall.objects.filter(page_ref=page_ref, state=State.PENDING, worker="", attempts=0)


def _told(page: Page, event: str) -> dict[str, Any]:
    """The page's number, and more only of what everybody may see."""
    if event not in ("page.published", "page.moved") or not _is_public(page):
        return {"id": page.pk}
    return {
        "id": page.pk,
        "url": page.full_url,
        "title": page.title,
        "type": page.specific_class._meta.label,
        "language": page.locale.language_code,
    }


def _is_public(page: Page | None) -> bool:
    return page is not None and page.live and not page.get_view_restrictions().exists()


def send_due(seconds: float, backoff: tuple[timedelta, ...]) -> bool:
    """Send due calls for at most about ``seconds``; True where more is waiting."""
    resume_lost(len(backoff))
    worker, deadline = claims.worker_name(), time.monotonic() + seconds
    rows = WebhookCall.objects.select_related("account")
    while batch := claims.claim(rows, worker, BATCH):
        for index, row in enumerate(batch):
            if time.monotonic() > deadline:
                claims.release(batch[index:], worker)
                return True
            _send_one(row, worker, backoff)
    return False


def _send_one(row: WebhookCall, worker: str, backoff: tuple[timedelta, ...]) -> None:
    if not row.account.active:
        claims.finish(row, worker, suppressed(_("The account is not there or not active any more.")))
    elif _is_outdated(row):
        claims.finish(row, worker, suppressed(_("A newer call tells what became of the page.")))
    elif claims.begin(row, worker):
        claims.finish(row, worker, _attempt(row, backoff))


def _is_outdated(row: WebhookCall) -> bool:
    """A call that had to wait must not tell last what was true first."""
    newer = WebhookCall.objects.filter(account=row.account, page_ref=row.page_ref, pk__gt=row.pk)
    return newer.exclude(state=State.SUPPRESSED).exists()


def _data(row: WebhookCall) -> dict[str, Any]:
    """What was noted, but of a page that was made private meanwhile only its number."""
    if set(row.data) == {"id"} or _is_public(Page.objects.filter(pk=row.page_ref).first()):
        return dict(row.data)
    return {"id": row.page_ref}


def _attempt(row: WebhookCall, backoff: tuple[timedelta, ...]) -> Outcome:
    """A lost reply is tried again, too: receivers know a call by its identifier."""
    try:
        send(row.account, row.event, f"antenne-{row.public_id}", row.created_at, _data(row))
    except (Rejected, AuthFailed) as error:
        return failed(error.code, str(error))
    except ChannelError as error:
        after = error.after if isinstance(error, Retryable) else None
        return refused_for_now(row.attempts, error.code, str(error), after, backoff)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- one endpoint's oddity must not stop the others
        logger.warning("Call %s: %s", row.pk, type(error).__name__)
        return refused_for_now(row.attempts, "", type(error).__name__, None, backoff)
    return sent()


def resume_lost(attempts: int) -> int:
    """Send calls of dead workers again, which is harmless; one that kills workers, at most so often."""
    lost = WebhookCall.objects.filter(state=State.UNKNOWN, attempts__lt=attempts)
    return lost.update(state=State.PENDING, attempts=F("attempts") + 1, next_try_at=None, lease_until=None)


def send_again(row: WebhookCall) -> bool:
    """Tell it once more under the same identifier; False where it is under way or waits already."""
    ended = WebhookCall.objects.filter(pk=row.pk).exclude(state__in=OPEN_STATES)
    again = ended.update(
        state=State.PENDING, attempts=0, next_try_at=None, lease_until=None, code="", detail=""
    )
    if again:
        doorbell.ring_after_commit()
    return bool(again)

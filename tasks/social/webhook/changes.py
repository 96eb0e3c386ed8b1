"""What happens to pages, told to endpoints that rebuild a front end: rows first, calls later."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone
from wagtail.models import Page

from tasks.ledger import claims
from tasks.ledger.models import State
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


def _note(account: SocialAccount, page: Page, event: str) -> bool:
    about = {"event": event, "data": _told(page, event), "next_try_at": timezone.now() + SETTLES}
    waiting = WebhookCall.objects.filter(account=account, page_ref=page.pk, state=State.PENDING)
    if not waiting.update(**about, updated_at=timezone.now()):
        WebhookCall.objects.create(account=account, page_ref=page.pk, **about)
    return True


def _told(page: Page, event: str) -> dict[str, Any]:
    """The page's number, and more only of what everybody may see."""
    told: dict[str, Any] = {"id": page.pk}
    if event in ("page.published", "page.moved") and page.live and not page.get_view_restrictions().exists():
        told |= {"url": page.full_url, "title": page.title, "type": page.specific_class._meta.label}
        told |= {"language": page.locale.language_code}
    return told


def send_due(seconds: float, backoff: tuple[timedelta, ...]) -> bool:
    """Send due calls for at most about ``seconds``; True where more is waiting."""
    resume_lost()
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
        claims.finish(row, worker, suppressed(""))
    elif claims.begin(row, worker):
        claims.finish(row, worker, _attempt(row, backoff))


def _attempt(row: WebhookCall, backoff: tuple[timedelta, ...]) -> Outcome:
    """A lost reply is tried again, too: receivers know a call by its identifier."""
    try:
        send(row.account, row.event, f"antenne-{row.public_id}", row.created_at, row.data)
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


def resume_lost() -> int:
    """Calls of dead workers: sending them again is harmless."""
    lost = WebhookCall.objects.filter(state=State.UNKNOWN)
    return lost.update(state=State.PENDING, next_try_at=None, lease_until=None)

"""The outbox as a whole: what tasks, the sweeper and ``manage.py outbox`` have in common."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cms.plugins import registry
from tasks.announcements.models import Heartbeat
from tasks.announcements.reconcile import reconcile
from tasks.announcements.route import route_due
from tasks.announcements.schedule import publish_due
from tasks.ledger.claims import recover
from tasks.ledger.models import State
from tasks.newsletter.campaigns import close_finished
from tasks.newsletter.digests.schedule import open_due
from tasks.newsletter.forgetting import forget
from tasks.newsletter.importing.work import work as import_subscribers
from tasks.newsletter.models import Delivery, SettingsRequest, SubscriptionRequest, TestMail
from tasks.newsletter.returns.mailbox.turn import read_if_due
from tasks.newsletter.send import send_confirmations, send_mails
from tasks.social.accounts.care import care_for_accounts
from tasks.social.activitypub.models import InboxDelivery, InboxMessage
from tasks.social.models import Post
from tasks.social.posts.editing import edit_due
from tasks.social.posts.looking import look_for_unknown
from tasks.social.posts.sending import send_posts
from tasks.social.posts.withdrawing import delete_withdrawn
from tasks.social.webhook.models import WebhookCall

logger = logging.getLogger(__name__)

LEDGERS = (SubscriptionRequest, SettingsRequest, TestMail, Delivery, Post, WebhookCall, InboxDelivery)


def sweep() -> dict[str, int]:
    """Recover, reconcile and route, with no call to the outside; returns how much of each there was.

    A step that fails is logged and does not keep the others from their work.
    """
    steps: dict[str, Callable[[], int]] = {
        "given_back_or_unknown": _recover,
        "found": reconcile,
        "routed": route_due,
        "digests": open_due,
        "finished": close_finished,
        "forgotten": forget,
    }
    done = {name: _guarded(name, step) for name, step in steps.items()}
    Heartbeat.objects.update_or_create(name="sweep", defaults={"beat_at": timezone.now()})
    return done


def social(seconds: float) -> bool:
    """Everything that talks to social media; True where more is waiting."""
    more = send_posts(seconds)
    _guarded("care", lambda: care_for_accounts(seconds))
    _guarded("edit", lambda: edit_due(seconds))
    _guarded("withdraw", lambda: delete_withdrawn(seconds))
    _guarded("look", lambda: look_for_unknown(seconds))
    busy = [_guarded(slug, partial(channel.work, seconds)) for slug, channel in registry().channels().items()]
    return more or any(busy)


def chores(seconds: float) -> bool:
    """Everything that plugins want to have done; True where more is waiting."""
    more = [_guarded("chore", partial(work, seconds)) for work in registry().components("chores")]
    return any(more)


def bounces(seconds: float) -> bool:
    """Read the bounce mailbox where it is time to; True where more is waiting."""
    return bool(_guarded("bounces", lambda: read_if_due(seconds)))


def drain(seconds: float) -> bool:
    """Do all that is due without any broker, for about ``seconds``; True where more is waiting.

    That includes publishing and expiring pages whose time has come.
    """
    publish_due()
    sweep()
    # A list, so that each of them gets its turn.
    waiting = [
        send_confirmations(seconds),
        send_mails(seconds),
        social(seconds),
        bounces(seconds),
        chores(seconds),
    ]
    return any([*waiting, import_subscribers(seconds)])


def suppress() -> int:
    """Send nothing of what is under way now; returns how many mails and posts that concerns.

    For a database restored from a backup: much of what it takes for unsent went out after it was
    saved. Readers of a language that is still waited for are not concerned.
    """
    route_due()
    suppressed = sum(_suppress(model._default_manager.all()) for model in LEDGERS)
    close_finished()
    return suppressed


def _suppress(rows: QuerySet[Any]) -> int:
    waiting = rows.filter(state__in=(State.PENDING, State.CLAIMED, State.DEFERRED))
    return waiting.update(state=State.SUPPRESSED, detail=_("Suppressed by the operator."), lease_until=None)


def _recover() -> int:
    return sum(sum(recover(model)) for model in (*LEDGERS, InboxMessage))


def _guarded(name: str, step: Callable[[], int]) -> int:
    try:
        return step()
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("The step “%s” failed", name)
        return 0

"""The outbox as a whole: what tasks, the sweeper and ``manage.py outbox`` have in common."""

from __future__ import annotations

from django.utils import timezone

from tasks.announcements.models import Heartbeat
from tasks.announcements.reconcile import reconcile
from tasks.announcements.route import route_due
from tasks.announcements.schedule import publish_due
from tasks.ledger.claims import recover
from tasks.newsletter.campaigns import close_finished
from tasks.newsletter.models import Delivery, SubscriptionRequest
from tasks.newsletter.send import send_confirmations, send_mails
from tasks.social.models import Post
from tasks.social.posts import delete_withdrawn, look_for_unknown, send_posts

LEDGERS = (SubscriptionRequest, Delivery, Post)


def route() -> int:
    """Write the rows of everything that is due, and take back what was unpublished."""
    routed = route_due()
    delete_withdrawn()
    return routed


def sweep() -> dict[str, int]:
    """Recover, reconcile and route; returns how much of each there was."""
    Heartbeat.objects.update_or_create(name="sweep", defaults={"beat_at": timezone.now()})
    recovered = [recover(model) for model in LEDGERS]
    return {
        "given_back": sum(back for back, _ in recovered),
        "unknown": sum(lost for _, lost in recovered),
        "found": reconcile(),
        "routed": route(),
        "resolved": look_for_unknown(),
        "finished": close_finished(),
    }


def drain(seconds: float) -> bool:
    """Do all that is due without any broker, for about ``seconds``; True where more is waiting.

    That includes publishing and expiring pages whose time has come.
    """
    publish_due()
    sweep()
    # A list, so that each of them gets its turn.
    return any([send_confirmations(seconds), send_mails(seconds), send_posts(seconds)])

"""Celery's tasks. Each is a doorbell for a function that finds its own work in the database."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from tasks import outbox
from tasks.announcements import doorbell
from tasks.announcements.route import route_due
from tasks.announcements.schedule import publish_due
from tasks.celeryconfig import TASK_SECONDS
from tasks.newsletter.importing.work import IMPORT_SECONDS, work
from tasks.newsletter.returns.mailbox.turn import read_for
from tasks.newsletter.send import send_confirmations, send_mails
from tasks.social.accounts.care import care_for_accounts

# Every task takes and ignores unknown arguments, so that old and new code can run side by side.


@shared_task(name="tasks.announce")
def announce_task(**_: Any) -> None:
    """Route what is due and ring for its mails and posts."""
    route_due()
    doorbell.ring("send_mails", "send_posts")


@shared_task(name="tasks.send_mails")
def send_mails_task(**_: Any) -> None:
    """Send mails for a while, and ring again if there are more."""
    if send_mails(TASK_SECONDS):
        doorbell.ring("send_mails")


@shared_task(name="tasks.send_confirmations")
def send_confirmations_task(**_: Any) -> None:
    """Send confirmation mails for a while, and ring again if there are more."""
    if send_confirmations(TASK_SECONDS):
        doorbell.ring("send_confirmations")


@shared_task(name="tasks.send_posts")
def send_posts_task(**_: Any) -> None:
    """Send, withdraw and look for posts for a while, and ring again if there are more."""
    if outbox.social(TASK_SECONDS):
        doorbell.ring("send_posts")


@shared_task(name="tasks.care_for_accounts")
def care_for_accounts_task(**_: Any) -> None:
    """Look at the accounts whose turn it is; what is left is looked at next time."""
    care_for_accounts(TASK_SECONDS)


@shared_task(name="tasks.do_chores")
def do_chores_task(**_: Any) -> None:
    """Do the plugins' chores for a while, and ring again if there are more."""
    if outbox.chores(TASK_SECONDS):
        doorbell.ring("do_chores")


@shared_task(name="tasks.read_bounces")
def read_bounces_task(**_: Any) -> None:
    """Read the bounce mailbox for a while, and ring again if there is more."""
    if read_for(TASK_SECONDS):
        doorbell.ring("read_bounces")


# A check reads all of a file in one go, which may take longer than other tasks.
@shared_task(name="tasks.import_subscribers", soft_time_limit=600, time_limit=630)
def import_subscribers_task(**_: Any) -> None:
    """Check and write imports for a while, and ring again if there is more."""
    if work(IMPORT_SECONDS):
        doorbell.ring("import_subscribers")


@shared_task(name="tasks.sweep")
def sweep_task(**_: Any) -> None:
    """Find what a lost doorbell or a dead worker left behind."""
    try:
        outbox.sweep()
    finally:
        doorbell.ring("send_confirmations", "send_mails", "send_posts", "import_subscribers", "do_chores")


@shared_task(name="tasks.publish_due_revisions")
def publish_due_revisions_task(**_: Any) -> None:
    """Publish and expire pages whose time has come."""
    publish_due()

"""Passing messages on. Only what its writer has confirmed leaves the house."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from partnerships.models import ContactPoint, Partnership
from partnerships.requests.choices import MailKind, MailState
from partnerships.requests.limits import recipient_is_full
from partnerships.requests.models import Notice, NoticeMail, RelayMessage
from partnerships.requests.outbox import queue

UNCONFIRMED_FOR = timedelta(days=7)


class Outcome(Enum):
    """What became of a confirmed message."""

    PASSED_ON = "passed_on"
    GONE = "gone"
    FULL = "full"


def contacts(partnership: Partnership) -> QuerySet[ContactPoint]:
    """Those of the partnership's associations to whom a message may be passed on."""
    found = ContactPoint.objects.reachable().filter(association__partnerships=partnership)
    return found.select_related("association__municipality").order_by("association__name", "sort_order")


@transaction.atomic
def write(
    fields: dict[str, Any],
    *,
    notice: Notice | None = None,
    partnership: Partnership | None = None,
    contact: ContactPoint | None = None,
) -> RelayMessage:
    """Keep a message and ask its writer to confirm it."""
    message = RelayMessage.objects.create(notice=notice, partnership=partnership, contact=contact, **fields)
    queue(MailKind.CONFIRM_MESSAGE, str(message.pk), message.email, message.language, message=message)
    return message


@transaction.atomic
def confirm(message: RelayMessage) -> Outcome:
    """Pass the message on, once, however often this is called."""
    if message.confirmed_at:
        return Outcome.PASSED_ON
    recipient = _recipient(message)
    if recipient is None:
        return Outcome.GONE
    address, language = recipient
    if recipient_is_full(address):
        return Outcome.FULL
    fresh = RelayMessage.objects.filter(pk=message.pk, confirmed_at=None, forgotten_at=None)
    if fresh.update(confirmed_at=timezone.now()):
        queue(MailKind.MESSAGE, str(message.pk), address, language, message=message)
        queue(MailKind.COPY, str(message.pk), message.email, message.language, message=message)
    return Outcome.PASSED_ON


def _recipient(message: RelayMessage) -> tuple[str, str] | None:
    """(address, language) of today's recipient: consent may have run out since the form was sent."""
    if message.notice:
        is_open = message.notice.is_open
        return (message.notice.sender_email, message.notice.sender_language) if is_open else None
    contact = ContactPoint.objects.reachable().filter(pk=message.contact_id).first()
    return (contact.email, contact.language) if contact else None


def forget() -> int:
    """Delete texts and addresses that are old enough; returns of how many messages."""
    now = timezone.now()
    RelayMessage.objects.filter(confirmed_at=None, created_at__lt=now - UNCONFIRMED_FOR).delete()
    old = now - timedelta(days=settings.ANTENNE_RELAY_TEXT_DAYS)
    ended = NoticeMail.objects.exclude(state__in=(MailState.WAITING, MailState.SENDING))
    ended.filter(due_at__lt=old).exclude(recipient="").update(recipient="", reply="")
    known = RelayMessage.objects.filter(created_at__lt=old, forgotten_at=None)
    return known.update(name="", email="", text="", forgotten_at=now)

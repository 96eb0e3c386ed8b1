"""Erasing a person: nothing stays but a keyed hash that keeps us from writing there again."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from wagtail.models import ModelLogEntry

from tasks.ledger.models import State
from tasks.newsletter.models import Subscriber, Suppression, SuppressionReason
from tasks.newsletter.own_data import deliveries_of, events_of
from tasks.newsletter.suppressions import suppress


@transaction.atomic
def erase(subscriber: Subscriber) -> None:
    """Delete everything about ``subscriber``.

    Their mails stay as rows without an address: a campaign's figures still add up.
    """
    suppress(subscriber.email, SuppressionReason.ERASED)
    # A note may quote a mail server, and with it the address.
    Suppression.objects.filter(address_hash=subscriber.email_hash).update(note="")
    events_of(subscriber).update(address_hash="", detail="")
    _blank_deliveries(subscriber)
    entries = ModelLogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Subscriber))
    entries.filter(object_id=str(subscriber.pk)).delete()
    subscriber.delete()


def _blank_deliveries(subscriber: Subscriber) -> None:
    mails = deliveries_of(subscriber)
    waiting = (State.PENDING, State.CLAIMED, State.DEFERRED)
    mails.filter(state__in=waiting).update(state=State.SUPPRESSED, lease_until=None)
    nobody = Concat(Value("erased:"), Cast("pk", CharField()))
    mails.update(subscriber=None, address="", address_key=nobody, domain="", detail="")

"""Which delivery a report is about, and whether it proves that it saw the mail."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.newsletter import verp
from tasks.newsletter.addresses import address_key
from tasks.newsletter.compose import identity
from tasks.newsletter.models import Delivery, Subscriber
from tasks.newsletter.returns.reports import Report

# A bounce comes within days; older mails of one reader are not searched for its Message-ID.
RECENT = 50
ADDRESSES = 5


def delivery_of(report: Report) -> Delivery | None:
    """The delivery that ``report`` proves to be about; None where it proves nothing.

    Proof is a return address with our check, or the Message-ID that the mail to the named
    recipient really had. Everything else could have been made up by anybody.
    """
    rows = Delivery.objects.select_related("campaign", "subscriber")
    for address in report.return_paths:
        if number := verp.delivery_of(address):
            return rows.filter(pk=number).first()
    if not report.message_ids:
        return None
    for delivery in _recent(report.recipients):
        if identity(delivery.campaign, delivery.pk) in report.message_ids:
            return delivery
    return None


def _recent(addresses: Iterable[str]) -> Iterable[Delivery]:
    # By way of the subscriber, because that index exists; who is erased needs no consequences.
    keys = [address_key(address) for address in dict.fromkeys(addresses)][:ADDRESSES]
    for subscriber in Subscriber.objects.filter(email_key__in=keys):
        mails = Delivery.objects.filter(subscriber=subscriber, address_key=subscriber.email_key)
        yield from mails.select_related("campaign", "subscriber").order_by("-pk")[:RECENT]

"""What is known here of the people in a file: three queries for a thousand of them."""

from __future__ import annotations

from tasks.newsletter.importing.lines import Line
from tasks.newsletter.importing.outcomes import Here
from tasks.newsletter.models import Subscriber, SubscriptionRequest, Suppression


def known(lines: list[Line], *, lock: bool = False) -> list[Here]:
    """What is known of each line's person; ``lock`` keeps it from changing until the transaction ends."""
    found = Subscriber.objects.filter(email_key__in=[line.key for line in lines]).order_by("pk")
    people = {person.email_key: person for person in (found.select_for_update() if lock else found)}
    hashes = Suppression.objects.filter(address_hash__in=[line.hash for line in lines])
    suppressed = set(hashes.values_list("address_hash", flat=True))
    waiting = SubscriptionRequest.objects.filter(subscriber__in=people.values(), confirmed_at=None)
    asked = set(waiting.values_list("subscriber_id", flat=True))
    return [_here(people.get(line.key), line.hash in suppressed, asked) for line in lines]


def _here(person: Subscriber | None, suppressed: bool, asked: set[int]) -> Here:
    return Here(person, suppressed, person is not None and person.pk in asked)

"""What subscribers choose for themselves: language, topics, how often, and when not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from cms.plugins import registry
from tasks.newsletter.consent import record
from tasks.newsletter.models import ConsentKind, Frequency, Standing, Subscriber, Way
from tasks.newsletter.subscribe import set_topics, unsubscribe


@dataclass(frozen=True)
class Choices:
    """All that the form of the settings asks for."""

    language: str
    frequency: str
    topics: list[str]
    subjects: list[str]
    paused_until: date | None

    def to_json(self) -> dict[str, Any]:
        """For the consent record."""
        return asdict(self) | {"paused_until": self.paused_until and self.paused_until.isoformat()}


def choices_of(subscriber: Subscriber) -> Choices:
    """What holds now. A pause that is over is none."""
    until = subscriber.paused_until
    return Choices(
        language=subscriber.language,
        frequency=subscriber.frequency,
        topics=sorted(subscriber.interests.values_list("topic", flat=True)),
        subjects=sorted(subscriber.followings.values_list("subject", flat=True)),
        paused_until=until if until and until > timezone.localdate() else None,
    )


def followed(subscriber: Subscriber, language: str) -> list[tuple[str, str]]:
    """(key, label) of what the subscriber follows; the key alone where no plugin knows it any more."""
    keys = list(subscriber.followings.order_by("pk").values_list("subject", flat=True))
    labels = dict(registry().subjects(language)) if keys else {}
    return [(key, labels.get(key, key)) for key in keys]


@transaction.atomic
def change(subscriber: Subscriber, wanted: Choices, source: str) -> bool:
    """Let ``wanted`` hold from now on; False where it did already. Followings can only become fewer."""
    person = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if person.standing != Standing.CONFIRMED or wanted == choices_of(person):
        return False
    # Until now every announcement came at once: the first digest must not repeat them.
    if person.frequency == Frequency.AT_ONCE != wanted.frequency:
        person.digest_from = timezone.now()
    person.language, person.frequency = wanted.language, wanted.frequency
    person.paused_until = wanted.paused_until
    person.save()
    set_topics(person, wanted.topics)
    person.followings.exclude(subject__in=wanted.subjects).delete()
    details = choices_of(person).to_json()
    record(person, ConsentKind.CHANGED, Way.PREFERENCES, source=source, details=details)
    return True


@transaction.atomic
def leave(subscriber: Subscriber) -> None:
    """End the subscription from the settings; its record says so once."""
    person = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if person.standing == Standing.UNSUBSCRIBED:
        return
    unsubscribe(person, Way.PREFERENCES)

"""Who of some readers wants which announcement, with a fixed number of queries for all of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tasks.newsletter.digests.items import Item
from tasks.newsletter.models import Delivery, Following, Interest, Subscriber
from tasks.newsletter.segments import in_segment


@dataclass
class Wishes:
    """What some readers chose and what they were told already."""

    chosen: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Subscriber → topics and followed subjects; a subject has a colon, a topic has none."""
    had: set[tuple[str, int]] = field(default_factory=set)
    """(key of the address, announcement) of every mail that was written for it alone."""
    inside: dict[int, set[int]] = field(default_factory=dict)
    """Announcement → those it is meant for, where it is not meant for all."""

    def new_for(self, reader: Subscriber, items: list[Item]) -> list[int]:
        """The announcements that ``reader`` wants and was not told of."""
        return [item.announcement for item in items if self._wants(reader, item)]

    def _wants(self, reader: Subscriber, item: Item) -> bool:
        content, announcement = item.content, item.announcement
        return (
            reader.digest_from < item.told_at
            and not self.chosen[reader.pk].isdisjoint({content.topic, *content.subjects})
            and (reader.email_key, announcement) not in self.had
            and reader.pk in self.inside.get(announcement, {reader.pk})
        )


def wishes_of(readers: list[Subscriber], items: list[Item]) -> Wishes:
    """Ask once for all ``readers``, whatever their number."""
    wishes = Wishes()
    if not items or not readers:
        return wishes
    mine: dict[str, Any] = {"subscriber__in": [reader.pk for reader in readers]}
    subjects = {subject for item in items for subject in item.content.subjects}
    topics = {item.content.topic for item in items}
    interests = Interest.objects.filter(**mine, topic__in=topics).values_list("subscriber", "topic")
    followings = Following.objects.filter(**mine, subject__in=subjects).values_list("subscriber", "subject")
    for subscriber, choice in [*interests, *followings]:
        wishes.chosen[subscriber].add(choice)
    served = Delivery.objects.filter(
        announcement__in=[item.announcement for item in items],
        address_key__in=[reader.email_key for reader in readers],
    )
    wishes.had = set(served.values_list("address_key", "announcement"))
    for item in items:
        if item.content.audience is not None:
            inside = Subscriber.objects.filter(in_segment(item.content), pk__in=mine["subscriber__in"])
            wishes.inside[item.announcement] = set(inside.values_list("pk", flat=True))
    return wishes

"""The conservation law: nobody may get lost between “candidate” and “sent”.

candidates = frozen recipients + excluded (by reason), and
frozen = pending + claimed + sending + sent + deferred + failed + suppressed + unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from tasks.ledger.models import State
from tasks.newsletter.models import Campaign, CampaignState


@dataclass(frozen=True)
class Balance:
    """The books of one campaign."""

    campaign: int
    candidates: int
    excluded: int
    by_state: dict[str, int]

    @property
    def frozen(self) -> int:
        """All deliveries, whatever their state."""
        return sum(self.by_state.values())

    @property
    def holds(self) -> bool:
        """Whether nobody is missing and nobody is there twice."""
        known = set(self.by_state) <= set(State.values)
        return known and self.candidates == self.frozen + self.excluded


def balances() -> list[Balance]:
    """The books of every campaign whose recipients are fixed.

    Read by one statement, so that both sides of the law are from the same moment: mails are written
    and sent meanwhile.
    """
    frozen = Campaign.objects.exclude(frozen_at=None).exclude(state=CampaignState.WAITING)
    rows = frozen.order_by("pk").values_list("pk", "candidates", "excluded", "deliveries__state")
    books: dict[int, Balance] = {}
    for pk, candidates, excluded, state, number in rows.annotate(number=Count("deliveries")):
        balance = books.setdefault(pk, Balance(pk, candidates, sum(excluded.values()), {}))
        if state is not None:
            balance.by_state[state] = number
    return list(books.values())

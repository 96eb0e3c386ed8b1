"""The conservation law: nobody may get lost between “candidate” and “sent”.

candidates = frozen recipients + excluded (by reason), and
frozen = pending + claimed + sending + sent + deferred + failed + suppressed + unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from tasks.ledger.models import State
from tasks.newsletter.models import Campaign, CampaignState, Delivery


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
    """The books of every campaign whose recipients are fixed."""
    counted = Delivery.objects.values_list("campaign", "state").order_by().annotate(Count("pk"))
    states: dict[int, dict[str, int]] = {}
    for campaign, state, number in counted:
        states.setdefault(campaign, {})[state] = number
    frozen = Campaign.objects.exclude(frozen_at=None).exclude(state=CampaignState.WAITING).order_by("pk")
    return [Balance(c.pk, c.candidates, sum(c.excluded.values()), states.get(c.pk, {})) for c in frozen]

"""From the provider's answer into the ledger."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.announcements.models import Reason
from tasks.ledger import batches
from tasks.ledger.models import LedgerRow, State
from tasks.ledger.outcomes import Outcome, failed, sent, unknown
from tasks.newsletter.models import CampaignState, Delivery
from tasks.newsletter.providers.letters import Letter, Request
from tasks.newsletter.providers.post import Answer, Fate
from tasks.newsletter.returns.record import settle_from_events
from tasks.newsletter.verdicts import Verdicts

TAKEN = {"sent", "queued"}
NOT_TAKEN = {
    "rejected": _("The provider does not write to this address: a mail came back before, or a complaint."),
    "invalid": _("The provider says that this is no address."),
    "failed": _("The provider could not send this mail."),
}
NOT_TOLD = _("The provider took the request, but did not say what became of this mail.")
NO_ANSWER = _("The request went out and its answer was lost; the provider may or may not have the mail.")


def write(request: Request, answer: Answer, provider: str, worker: str, verdicts: Verdicts) -> None:
    """Write down what became of every mail of ``request``."""
    whole_batch = len(request.letters) > 1
    if answer.fate is Fate.DOWN or (answer.fate is Fate.REFUSED and whole_batch):
        # One bad address makes a provider refuse all: the others go again, in smaller batches.
        give_back(request.model, request.keys, worker)
        return
    columns = {"relay": provider} if request.model is Delivery else {}
    outcomes = [(letter.pk, _outcome(letter, answer, columns)) for letter in request.letters]
    batches.finish_many(request.model, worker, outcomes)
    for _key, outcome in outcomes:
        if request.campaign and outcome.state != State.UNKNOWN:
            verdicts.count(request.campaign, refused=answer.fate is Fate.REFUSED)
    if request.model is Delivery:
        # The provider may have told of it before its answer was lost.
        settle_from_events([key for key, outcome in outcomes if outcome.state == State.UNKNOWN])


def _outcome(letter: Letter, answer: Answer, columns: dict[str, str]) -> Outcome:
    if answer.fate is Fate.REFUSED:
        return failed(answer.code, answer.words)
    if answer.fate is Fate.LOST:
        said = f" ({answer.code} {answer.words})" if answer.words or answer.code else ""
        return unknown(f"{NO_ANSWER}{said}")
    status, message_id = answer.statuses.get(letter.address.casefold(), ("", ""))
    if status in TAKEN:
        return sent(status, message_id, **columns)
    if status in NOT_TAKEN:
        return failed(status, str(NOT_TAKEN[status]))
    return unknown(str(NOT_TOLD))


def give_back(model: type[LedgerRow], keys: list[int], worker: str) -> None:
    """Nothing has happened to these rows: they wait again, unless they are not wanted any more."""
    # A worker that was too slow finds its rows called unknown; what it knows is better.
    states = (State.SENDING, State.UNKNOWN)
    held = model._default_manager.filter(pk__in=keys, worker=worker, state__in=states)
    now = timezone.now()
    if model is Delivery:
        unwanted = held.filter(Q(address="") | Q(campaign__state=CampaignState.CANCELLED))
        unwanted.update(
            state=State.SUPPRESSED, detail=str(Reason.CANCELLED.label), lease_until=None, updated_at=now
        )
    held.update(state=State.PENDING, lease_until=None, updated_at=now)

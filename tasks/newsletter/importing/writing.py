"""Writing what was decided, a thousand lines at a time with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from tasks.announcements import doorbell
from tasks.ledger.bulk import insert
from tasks.ledger.models import State
from tasks.newsletter.consent import Step, record_many
from tasks.newsletter.forms import CONSENT
from tasks.newsletter.importing.formats import There
from tasks.newsletter.importing.lines import Line
from tasks.newsletter.importing.outcomes import Here, Outcome
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.models import (
    LANGUAGES,
    ConsentKind,
    Delivery,
    Following,
    Interest,
    Standing,
    Subscriber,
    SubscriptionRequest,
    Suppression,
    SuppressionReason,
    Way,
)

Decision = tuple[Line, Here, Outcome]
SETTINGS = ("language", "frequency", "paused_until", "standing", "confirmed_at", "unsubscribed_at")
WAITING = (State.PENDING, State.CLAIMED, State.DEFERRED)
REASONS = {There.BOUNCED: SuppressionReason.BOUNCE, There.BLOCKED: SuppressionReason.MANUAL}


def write(decisions: list[Decision], settings: ImportSettings, file: str) -> None:
    """Carry out ``decisions``, inside the caller's transaction."""
    writer = _Writer(settings, file)
    by: dict[Outcome, list[Decision]] = {outcome: [] for outcome in Outcome}
    for decision in decisions:
        by[decision[2]].append(decision)
    begin = [*by[Outcome.CREATED], *by[Outcome.CONFIRMED], *by[Outcome.ASKED]]
    writer.enter([d for d in [*begin, *by[Outcome.UNSUBSCRIBED]] if d[1].subscriber is None])
    writer.take_over([d for d in by[Outcome.CONFIRMED] if d[1].subscriber])
    writer.ask(by[Outcome.ASKED])
    writer.end([d for d in by[Outcome.UNSUBSCRIBED] if d[1].subscriber])
    writer.block(by[Outcome.BLOCKED])
    record_many(writer.steps)


class _Writer:
    def __init__(self, settings: ImportSettings, file: str) -> None:
        self.settings, self.file, self.now = settings, file, timezone.now()
        self.agreed = _midnight(settings.agreed_on) if settings.agreed_on else self.now
        self.steps: list[Step] = []
        self.entered: dict[str, Subscriber] = {}

    def enter(self, decisions: list[Decision]) -> None:
        """People who are new here."""
        people = [self._new(line, outcome) for line, _here, outcome in decisions]
        insert(people)
        self.entered = {person.email_key: person for person in people}
        _number(self.entered)
        pairs = [(person, line) for person, (line, _here, _outcome) in zip(people, decisions, strict=True)]
        _choose(pairs)
        for person, line in pairs:
            self._record(person, line, ConsentKind.IMPORTED, new=True)

    def _new(self, line: Line, outcome: Outcome) -> Subscriber:
        fields: dict[str, Any] = {name: getattr(line, name) for name in ("frequency", "paused_until")}
        standing = {Outcome.ASKED: Standing.PENDING, Outcome.UNSUBSCRIBED: Standing.UNSUBSCRIBED}
        fields["standing"] = standing.get(outcome, Standing.CONFIRMED)
        if outcome != Outcome.ASKED:
            fields["confirmed_at"] = line.confirmed_at
            fields["created_at"] = line.asked_at or line.confirmed_at or self.agreed
        if outcome == Outcome.CREATED:
            fields["confirmed_at"] = line.confirmed_at or line.asked_at or self.agreed
        if outcome == Outcome.UNSUBSCRIBED:
            fields["unsubscribed_at"] = line.ended_at or self.now
        return Subscriber.of(line.email, language=line.language or LANGUAGES[0][0], **fields)

    def take_over(self, decisions: list[Decision]) -> None:
        """People who asked here and did not confirm: the file's consent and settings hold."""
        pairs = list(_known(decisions))
        for person, line in pairs:
            person.language, person.frequency = line.language, line.frequency
            person.paused_until, person.standing = line.paused_until, Standing.CONFIRMED
            person.confirmed_at = line.confirmed_at or line.asked_at or self.agreed
            self._record(person, line, ConsentKind.IMPORTED)
        people = [person for person, _line in pairs]
        Subscriber.objects.bulk_update(people, SETTINGS)
        Interest.objects.filter(subscriber__in=people).delete()
        Following.objects.filter(subscriber__in=people).delete()
        _choose(pairs)

    def ask(self, decisions: list[Decision]) -> None:
        """A confirmation mail to everybody; nothing holds until it is answered."""
        requests = [
            self._request(here.subscriber or self.entered[line.key], line) for line, here, _out in decisions
        ]
        SubscriptionRequest.objects.bulk_create(requests)
        for person, line in _known(decisions):
            self._record(person, line, ConsentKind.IMPORTED)
        if requests:
            transaction.on_commit(lambda: doorbell.ring("send_confirmations"), robust=True)

    def _request(self, person: Subscriber, line: Line) -> SubscriptionRequest:
        with override(line.language):
            text = str(CONSENT)
        return SubscriptionRequest(
            subscriber=person,
            language=line.language,
            frequency=line.frequency,
            topics=line.topics,
            subjects=line.follows,
            consent_text=text,
            source=self.settings.consent_source[:200],
        )

    def end(self, decisions: list[Decision]) -> None:
        """People who are known here and left there."""
        people = [person for person, _line in _known(decisions)]
        for person, line in _known(decisions):
            person.standing, person.unsubscribed_at = Standing.UNSUBSCRIBED, line.ended_at or self.now
            self._record(person, line, ConsentKind.WITHDRAWN)
        Subscriber.objects.bulk_update(people, SETTINGS)
        SubscriptionRequest.objects.filter(subscriber__in=people, confirmed_at=None).delete()
        _stop(subscriber__in=people)

    def block(self, decisions: list[Decision]) -> None:
        """Addresses that are never written to; only their hashes are kept."""
        rows = [
            Suppression(address_hash=line.hash, reason=REASONS[line.there], note=self._note())
            for line, _here, _outcome in decisions
        ]
        Suppression.objects.bulk_create(rows, ignore_conflicts=True)
        for person, line in _known(decisions):
            self._record(person, line, ConsentKind.BLOCKED)
        _stop(address_key__in=[line.key for line, _here, _outcome in decisions])

    def _note(self) -> str:
        return f"{self.settings.consent_source} ({self.file})"

    def _record(self, person: Subscriber, line: Line, kind: ConsentKind, *, new: bool = False) -> None:
        details = {
            **({"told": line.told} if line.told else {}),
            "file": line.table,
            "line": line.number,
            "standing": line.there.value,
            "topics": line.topics,
            "follows": line.follows,
            "frequency": line.frequency,
            "asked_to_confirm": self.settings.confirm,
            **({"agreed_on": agreed.isoformat()} if (agreed := self.settings.agreed_on) else {}),
        }
        source = self.settings.consent_source
        self.steps.append(Step(person, kind, Way.IMPORT, source=source, details=details, first=new))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _known(decisions: Iterable[Decision]) -> Iterable[tuple[Subscriber, Line]]:
    return ((here.subscriber, line) for line, here, _outcome in decisions if here.subscriber)


def _number(people: dict[str, Subscriber]) -> None:
    """Give people who were just inserted the keys that the database gave them."""
    for key, pk in Subscriber.objects.filter(email_key__in=people).values_list("email_key", "pk"):
        people[key].pk = pk
        people[key]._state.adding = False


def _choose(pairs: list[tuple[Subscriber, Line]]) -> None:
    """Topics and followings, for people who have none yet."""
    chosen = [(person, line) for person, line in pairs if person.standing != Standing.PENDING]
    insert([Interest(subscriber=person, topic=topic) for person, line in chosen for topic in line.topics])
    insert([Following(subscriber=person, subject=key) for person, line in chosen for key in line.follows])


def _stop(**whose: Any) -> None:
    """Mails that were not begun are not sent any more."""
    waiting = Delivery.objects.filter(state__in=WAITING, **whose)
    waiting.update(state=State.SUPPRESSED, lease_until=None)

"""What becomes of a line. An import only ever adds and stops; it never takes back somebody's “no”."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from tasks.newsletter.importing.formats import There
from tasks.newsletter.importing.lines import Line
from tasks.newsletter.models import Standing, Subscriber


class Outcome(models.TextChoices):
    """What an import does with a line, or why it does nothing."""

    CREATED = "created", _("new, confirmed")
    CONFIRMED = "confirmed", _("waited for the confirmation, now confirmed")
    ASKED = "asked", _("is asked by mail")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed from now on")
    BLOCKED = "blocked", _("blocked from now on")
    AS_BEFORE = "as_before", _("is so already")
    CONFIRMED_HERE = "confirmed_here", _("confirmed here, keeps the settings")
    CONFIRMED_SINCE = "confirmed_since", _("confirmed here after that")
    UNSUBSCRIBED_HERE = "unsubscribed_here", _("unsubscribed here")
    BLOCKED_HERE = "blocked_here", _("blocked or erased here")
    ASKED_BEFORE = "asked_before", _("was asked and has not answered")
    NOT_CONFIRMED = "not_confirmed", _("not confirmed there either")
    STRANGER = "stranger", _("never subscribed there")


CHANGES = (Outcome.CREATED, Outcome.CONFIRMED, Outcome.ASKED, Outcome.UNSUBSCRIBED, Outcome.BLOCKED)


@dataclass(frozen=True)
class Here:
    """What is known here of the person in a line."""

    subscriber: Subscriber | None = None
    suppressed: bool = False
    asked: bool = False

    @property
    def standing(self) -> str:
        """Where they stand; empty for nobody."""
        return self.subscriber.standing if self.subscriber else ""


def outcome_of(line: Line, here: Here, *, confirm: bool) -> Outcome:
    """What becomes of ``line``."""
    if line.there in (There.BLOCKED, There.BOUNCED):
        return _blocking(line, here)
    if here.suppressed:
        return Outcome.BLOCKED_HERE
    if line.there == There.UNSUBSCRIBED:
        return _ending(line, here)
    if line.there == There.STRANGER:
        return Outcome.STRANGER
    return _beginning(line, here, confirm)


def _blocking(line: Line, here: Here) -> Outcome:
    if here.suppressed:
        return Outcome.AS_BEFORE
    # What the editors there decided holds; that mails came back may have changed since.
    if line.there == There.BOUNCED and _confirmed_since(line, here):
        return Outcome.CONFIRMED_SINCE
    return Outcome.BLOCKED


def _ending(line: Line, here: Here) -> Outcome:
    if here.standing == Standing.UNSUBSCRIBED:
        return Outcome.AS_BEFORE
    return Outcome.CONFIRMED_SINCE if _confirmed_since(line, here) else Outcome.UNSUBSCRIBED


def _confirmed_since(line: Line, here: Here) -> bool:
    known = here.subscriber
    if known is None or known.standing != Standing.CONFIRMED or known.confirmed_at is None:
        return False
    return line.ended_at is not None and line.ended_at < known.confirmed_at


def _beginning(line: Line, here: Here, confirm: bool) -> Outcome:
    settled = {
        Standing.CONFIRMED.value: Outcome.CONFIRMED_HERE,
        Standing.UNSUBSCRIBED.value: Outcome.UNSUBSCRIBED_HERE,
    }
    if here.standing in settled:
        return settled[here.standing]
    if confirm:
        return Outcome.ASKED_BEFORE if here.asked else Outcome.ASKED
    if line.there == There.PENDING:
        return Outcome.NOT_CONFIRMED
    return Outcome.CONFIRMED if here.subscriber else Outcome.CREATED

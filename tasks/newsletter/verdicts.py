"""What a relay's answer means: for the row, for the address, for the domain and for the campaign."""

from __future__ import annotations

import logging
from collections import Counter

from tasks.ledger.outcomes import Outcome, failed, line_is_down, refused_for_now, sent, unknown
from tasks.newsletter.control import pause
from tasks.newsletter.models import Campaign, Delivery, SuppressionReason
from tasks.newsletter.pace import Pace
from tasks.newsletter.smtp.pool import Result
from tasks.newsletter.smtp.scripts import Stage
from tasks.newsletter.sources import Mail
from tasks.newsletter.suppressions import suppress

logger = logging.getLogger(__name__)

FINAL = 500
NO_SUCH_ADDRESS = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
"""RFC 3463 §3.2 and 3.3, RFC 7505: the address does not exist, has moved or takes no mail."""
SLOWER = (421, 450, 451, 452, 454)
"""RFC 5321 §4.2.3: “not now”, where sending less is what helps."""
BRAKE_AFTER, BRAKE_SHARE = 20, 0.3
"""A campaign stops where so many mails, and this share of all, were refused for what they are."""


def outcome_of(mail: Mail, result: Result) -> Outcome:
    """What to write down: 4xx is a “not now”, 5xx a “no” (RFC 5321 §4.2.1)."""
    reply = result.reply
    columns = {"relay": result.relay} if mail.model is Delivery else {}
    if reply is None:
        return unknown(result.detail) if result.stage is Stage.AFTER else line_is_down(result.detail)
    if result.stage is Stage.DONE:
        return sent(str(reply.code), reply.text, **columns)
    if reply.code < FINAL:
        return refused_for_now(mail.attempts, str(reply.code), reply.text)
    return failed(str(reply.code), reply.text)


def slow_down(pace: Pace, domain: str, result: Result) -> None:
    """Tell the domain's pace how it answered."""
    if result.reply is not None:
        busy = result.stage is not Stage.DONE and result.reply.code in SLOWER
        pace.answered(domain, refused_for_now=busy, reply=result.reply.text)


def is_dead(result: Result) -> bool:
    """Whether the relay says that the address does not exist."""
    reply = result.reply
    return bool(reply and result.stage is Stage.RECIPIENT and reply.enhanced in NO_SUCH_ADDRESS)


class Verdicts:
    """Consequences beyond the row itself, gathered during a turn."""

    def __init__(self) -> None:
        self._dead: list[tuple[str, str]] = []
        self._ended: Counter[int] = Counter()
        self._refused: Counter[int] = Counter()

    def note(self, mail: Mail, result: Result) -> None:
        """Remember what concerns more than this mail."""
        if not mail.campaign or result.reply is None:
            return
        self._ended[mail.campaign] += 1
        if result.stage is Stage.DONE or result.reply.code < FINAL:
            return
        if is_dead(result):
            # Without the words of the reply: they quote the address, and only its hash may be kept.
            self._dead.append((result.job.recipient, f"{result.reply.code} {result.reply.enhanced}"))
        else:
            self._refused[mail.campaign] += 1

    def count(self, campaign: int, *, refused: bool) -> None:
        """Remember that a mail of ``campaign`` came to its end, refused for what it is or not."""
        self._ended[campaign] += 1
        self._refused[campaign] += int(refused)

    def act(self) -> None:
        """Block addresses that do not exist; stop campaigns that the relay does not want."""
        for address, reply in self._dead:
            suppress(address, SuppressionReason.BOUNCE, reply)
        self._dead.clear()
        for campaign, refused in list(self._refused.items()):
            if refused >= BRAKE_AFTER and refused >= BRAKE_SHARE * self._ended[campaign]:
                logger.error("Campaign %s is paused: %s of its mails were refused", campaign, refused)
                pause(Campaign.objects.filter(pk=campaign))
                del self._refused[campaign]

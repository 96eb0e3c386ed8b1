"""Sending what is due: what somebody waits for, then the mails of campaigns."""

from __future__ import annotations

import logging
from typing import Any

from tasks.newsletter.campaigns import close_finished
from tasks.newsletter.confirmation import confirmation_message, withheld
from tasks.newsletter.engine import Engine, RelayDown
from tasks.newsletter.models import SettingsRequest, SubscriptionRequest, TestMail
from tasks.newsletter.settings_mail import settings_message
from tasks.newsletter.sources import CampaignSource, Express, Source, due_campaigns
from tasks.newsletter.testmail import test_message

logger = logging.getLogger(__name__)


def subscriber_address(row: Any) -> str:
    """Where a mail about somebody's own subscription goes."""
    return str(row.subscriber.email)


def own_address(row: Any) -> str:
    """Where a mail goes that has an address of its own."""
    return str(row.address)


EXPRESS: tuple[Express, ...] = (
    Express(SubscriptionRequest, ("subscriber",), subscriber_address, confirmation_message, withheld),
    Express(SettingsRequest, ("subscriber",), subscriber_address, settings_message),
    Express(TestMail, ("page", "revision"), own_address, test_message),
)
"""Mails that go ahead of all campaigns, in every sender's every round."""


def send_mails(seconds: float) -> bool:
    """Send due mails for at most about ``seconds``; True where more is waiting."""
    return _run(Engine(seconds, EXPRESS, _campaigns))


def send_confirmations(seconds: float) -> bool:
    """Send only what somebody waits for; True where more is waiting."""
    return _run(Engine(seconds, EXPRESS))


def _campaigns() -> list[Source]:
    return [CampaignSource(campaign) for campaign in due_campaigns()]


def _run(engine: Engine) -> bool:
    try:
        return engine.run()
    except RelayDown as error:
        logger.warning("The mail relay cannot be used: %s", error)
        return False
    finally:
        close_finished()

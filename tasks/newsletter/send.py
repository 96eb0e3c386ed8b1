"""Sending what is due: what somebody waits for, then the mails of campaigns."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings

from tasks.newsletter.campaigns import close_finished
from tasks.newsletter.compiled import Signer
from tasks.newsletter.confirmation import confirmation_message, withheld
from tasks.newsletter.dkim import signing
from tasks.newsletter.dkim_keys import DkimFault
from tasks.newsletter.engine import Engine, RelayDown
from tasks.newsletter.models import SettingsRequest, SubscriptionRequest, TestMail
from tasks.newsletter.providers import drain as providers
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
    if settings.ANTENNE_MAIL_PROVIDER:
        return providers.send(seconds, EXPRESS, due_campaigns)
    return _run(lambda sign: Engine(seconds, _express(sign), lambda: _campaigns(sign)))


def send_confirmations(seconds: float) -> bool:
    """Send only what somebody waits for; True where more is waiting."""
    if settings.ANTENNE_MAIL_PROVIDER:
        return providers.send(seconds, EXPRESS)
    return _run(lambda sign: Engine(seconds, _express(sign)))


def _express(sign: Signer | None) -> list[Source]:
    return [replace(source, sign=sign) for source in EXPRESS]


def _campaigns(sign: Signer | None) -> list[Source]:
    return [CampaignSource(campaign, sign) for campaign in due_campaigns()]


def _run(engine: Callable[[Signer | None], Engine]) -> bool:
    try:
        # Before anything is claimed: a key that cannot be used costs no mail.
        return engine(signing()).run()
    except DkimFault as fault:
        logger.error("No mail is sent, because ANTENNE_DKIM cannot be used: %s", fault)
        return False
    except RelayDown as error:
        logger.warning("The mail relay cannot be used: %s", error)
        return False
    finally:
        close_finished()

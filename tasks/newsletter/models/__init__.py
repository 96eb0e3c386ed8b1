"""The newsletter's tables: who wants mail, what they agreed to, what was sent and what came back."""

from tasks.newsletter.models.campaigns import (
    Campaign,
    CampaignKind,
    CampaignState,
    Delivery,
    MailBody,
    TestMail,
)
from tasks.newsletter.models.consent import ConsentKind, ConsentRecord, Way
from tasks.newsletter.models.imports import ImportState, ImportUpload, SubscriberImport
from tasks.newsletter.models.mailbox import BounceMailbox, MailboxTrouble
from tasks.newsletter.models.returns import EventKind, MailEvent, Suppression, SuppressionReason
from tasks.newsletter.models.routes import DomainPace, MailRelay
from tasks.newsletter.models.settings import SettingsRequest
from tasks.newsletter.models.subscribers import (
    LANGUAGES,
    Following,
    Frequency,
    Interest,
    SignupCount,
    Standing,
    Subscriber,
    SubscriptionRequest,
)

__all__ = [
    "LANGUAGES",
    "BounceMailbox",
    "Campaign",
    "CampaignKind",
    "CampaignState",
    "ConsentKind",
    "ConsentRecord",
    "Delivery",
    "DomainPace",
    "EventKind",
    "Following",
    "Frequency",
    "ImportState",
    "ImportUpload",
    "Interest",
    "MailBody",
    "MailEvent",
    "MailRelay",
    "MailboxTrouble",
    "SettingsRequest",
    "SignupCount",
    "Standing",
    "Subscriber",
    "SubscriberImport",
    "SubscriptionRequest",
    "Suppression",
    "SuppressionReason",
    "TestMail",
    "Way",
]

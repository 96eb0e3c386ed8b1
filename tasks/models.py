"""All models of the app; each lives with the part that it belongs to."""

from tasks.announcements.models import Announcement, AnnouncementVersion, Heartbeat
from tasks.newsletter.issues.models import NewsletterIssuePage
from tasks.newsletter.models import (
    BounceMailbox,
    Campaign,
    ConsentRecord,
    Delivery,
    DomainPace,
    Following,
    ImportUpload,
    Interest,
    MailBody,
    MailEvent,
    MailRelay,
    SettingsRequest,
    SignupCount,
    Subscriber,
    SubscriberImport,
    SubscriptionRequest,
    Suppression,
    TestMail,
)
from tasks.social.activitypub.models import (
    Block,
    Follower,
    InboxDelivery,
    InboxMessage,
    Note,
    RemoteActor,
)
from tasks.social.models import Post, PostPlan, SocialAccount
from tasks.social.noticeboard.models import Notice
from tasks.social.webhook.models import WebhookCall

__all__ = [
    "Announcement",
    "AnnouncementVersion",
    "Block",
    "BounceMailbox",
    "Campaign",
    "ConsentRecord",
    "Delivery",
    "DomainPace",
    "Follower",
    "Following",
    "Heartbeat",
    "ImportUpload",
    "InboxDelivery",
    "InboxMessage",
    "Interest",
    "MailBody",
    "MailEvent",
    "MailRelay",
    "NewsletterIssuePage",
    "Note",
    "Notice",
    "Post",
    "PostPlan",
    "RemoteActor",
    "SettingsRequest",
    "SignupCount",
    "SocialAccount",
    "Subscriber",
    "SubscriberImport",
    "SubscriptionRequest",
    "Suppression",
    "TestMail",
    "WebhookCall",
]

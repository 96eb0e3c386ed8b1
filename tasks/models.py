"""All models of the app; each lives with the part that it belongs to."""

from tasks.announcements.models import Announcement, AnnouncementVersion, Heartbeat
from tasks.newsletter.models import Campaign, Delivery, Interest, Subscriber, SubscriptionRequest
from tasks.social.models import Post, SocialAccount
from tasks.social.noticeboard.models import Notice

__all__ = [
    "Announcement",
    "AnnouncementVersion",
    "Campaign",
    "Delivery",
    "Heartbeat",
    "Interest",
    "Notice",
    "Post",
    "SocialAccount",
    "Subscriber",
    "SubscriptionRequest",
]

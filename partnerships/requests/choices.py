"""What can be looked for and offered, and what becomes of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

OFFERS = "offers_"


class NoticeKind(models.TextChoices):
    """What somebody looks for or offers; keys of offers begin with ``offers_``."""

    PARTNER_TOWN = "seeks_partner_town", _("Looking for a partner town")
    REVIVAL = "seeks_revival", _("Looking for help to revive a partnership")
    EXCHANGE_GROUP = "seeks_exchange_group", _("Looking for a group for an exchange")
    PROJECT_PARTNER = "seeks_project_partner", _("Looking for a project partner")
    JOINT_APPLICATION = "joint_application", _("Looking for others for a joint application")
    HOSTING = "offers_hosting", _("Offering places to stay")
    INTERNSHIP = "offers_internship", _("Offering an internship")
    MATERIAL = "offers_material", _("Offering material")
    SPEAKER = "offers_speaker", _("Offering a speaker")


class Direction(models.TextChoices):
    """Whether somebody looks for something or has it."""

    REQUEST = "request", pgettext_lazy("request or offer", "Request")
    OFFER = "offer", pgettext_lazy("request or offer", "Offer")


class NoticeStatus(models.TextChoices):
    """Where a request or an offer stands."""

    UNCONFIRMED = "unconfirmed", _("Address not confirmed yet")
    IN_REVIEW = "in_review", _("Waiting for an editor")
    OPEN = "open", pgettext_lazy("status of a request", "Open")
    MATCHED = "matched", pgettext_lazy("status of a request", "Matched")
    WITHDRAWN = "withdrawn", pgettext_lazy("status of a request", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("status of a request", "Expired")
    REFUSED = "refused", pgettext_lazy("status of a request", "Refused by an editor")


SHOWN = (NoticeStatus.OPEN, NoticeStatus.MATCHED, NoticeStatus.WITHDRAWN, NoticeStatus.EXPIRED)
"""Those whose page exists; only the open ones are listed."""


class MailState(models.TextChoices):
    """How far a mail has come."""

    WAITING = "waiting", pgettext_lazy("state of a mail", "Waiting")
    SENDING = "sending", pgettext_lazy("state of a mail", "Being sent")
    SENT = "sent", pgettext_lazy("state of a mail", "Sent")
    REFUSED = "refused", pgettext_lazy("state of a mail", "Refused")
    UNKNOWN = "unknown", pgettext_lazy("state of a mail", "Outcome unknown")


class MailKind(models.TextChoices):
    """What a mail is about."""

    CONFIRM_NOTICE = "confirm_notice", _("Confirm a request")
    APPROVED = "approved", _("A request is published")
    REMINDER = "reminder", _("A request expires soon")
    CONFIRM_MESSAGE = "confirm_message", _("Confirm a message")
    MESSAGE = "message", _("A message passed on")
    COPY = "copy", _("The writer's copy of a message")
    CONFIRM_WATCH = "confirm_watch", _("Confirm a search")
    NEWS = "news", _("News for a search")

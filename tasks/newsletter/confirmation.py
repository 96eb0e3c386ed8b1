"""The double opt-in: the mail that asks, without a word of advertising."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from tasks.newsletter.compiled import message
from tasks.newsletter.compose import LINK_SLOT, Parts, message_id, render, site_settings
from tasks.newsletter.links import CONFIRM_WITHIN, confirm_url
from tasks.newsletter.models import SubscriptionRequest
from tasks.newsletter.topics import topic_label


def confirmation_message(request: SubscriptionRequest) -> bytes:
    """The message that asks the owner of the address to confirm ``request``."""
    with override(request.language):
        topics = [topic_label(topic) for topic in request.topics]
        subject = _("Please confirm your subscription: %(organisation)s") % {
            "organisation": site_settings().organisation
        }
    hours = int(CONFIRM_WITHIN.total_seconds() // 3600)
    text, html = render("confirmation", request.language, {"topics": topics, "hours": hours})
    headers = {"Content-Language": request.language, "Auto-Submitted": "auto-generated"}
    parts = Parts(subject, text, html, request.language, headers)
    links = {LINK_SLOT: confirm_url(request)}
    identity = message_id(request.public_id)
    return message(parts, request.subscriber.email, links, identity, request.requested_at)

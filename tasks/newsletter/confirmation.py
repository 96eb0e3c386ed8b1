"""The double opt-in: the mail that asks, without a word of advertising."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from tasks.ledger.models import State
from tasks.newsletter.compiled import message
from tasks.newsletter.compose import LINK_SLOT, Parts, message_id, render, site_settings
from tasks.newsletter.links import CONFIRM_WITHIN, confirm_url
from tasks.newsletter.models import Frequency, SubscriptionRequest, Suppression, SuppressionReason
from tasks.newsletter.topics import subject_labels, topic_label

# Within this time one address gets one confirmation mail, whoever fills in the form how often.
COOLDOWN = timedelta(minutes=10)


def withheld(request: SubscriptionRequest) -> str:
    """Why no confirmation mail goes out for ``request``, or an empty string.

    An erased address may ask again: only its owner can confirm. Of several requests within ten
    minutes the first one counts, however many workers look at them at once.
    """
    blocked = Suppression.objects.filter(address_hash=request.subscriber.email_hash)
    if blocked.exclude(reason=SuppressionReason.ERASED).exists():
        return _("The address is blocked.")
    before = SubscriptionRequest.objects.filter(
        subscriber=request.subscriber_id,
        pk__lt=request.pk,
        confirmed_at=None,
        requested_at__gt=request.requested_at - COOLDOWN,
    )
    if before.exclude(state__in=(State.SUPPRESSED, State.FAILED)).exists():
        return _("A confirmation mail was sent to this address a few minutes before.")
    return ""


def confirmation_message(request: SubscriptionRequest) -> bytes:
    """The message that asks the owner of the address to confirm ``request``."""
    with override(request.language):
        topics = [topic_label(topic) for topic in request.topics]
        topics += subject_labels(request.subjects, request.language)
        frequency = str(Frequency(request.frequency).label)
        subject = _("Please confirm your subscription: %(organisation)s") % {
            "organisation": site_settings().organisation
        }
    hours = int(CONFIRM_WITHIN.total_seconds() // 3600)
    text, html = render(
        "confirmation", request.language, {"topics": topics, "hours": hours, "frequency": frequency}
    )
    headers = {"Content-Language": request.language, "Auto-Submitted": "auto-generated"}
    parts = Parts(subject, text, html, request.language, headers)
    links = {LINK_SLOT: confirm_url(request)}
    identity = message_id(request.public_id)
    return message(parts, request.subscriber.email, links, identity, request.requested_at)

"""The mail with the short-lived link to the settings: to the address itself, and only on request."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tasks.announcements import doorbell
from tasks.newsletter.addresses import address_key
from tasks.newsletter.compiled import message
from tasks.newsletter.compose import LINK_SLOT, Parts, message_id, render, site_settings
from tasks.newsletter.links import PREFERENCES_WITHIN, preferences_url
from tasks.newsletter.models import SettingsRequest, Subscriber
from tasks.newsletter.suppressions import is_suppressed

# Within this time one address gets one mail, whoever asks for it how often.
COOLDOWN = timedelta(minutes=10)


def ask_by_address(address: str, language: str) -> None:
    """Mail the link to ``address`` if it is a subscriber's. Nothing tells whether it is."""
    ask(Subscriber.objects.filter(email_key=address_key(address)).first(), language)


@transaction.atomic
def ask(subscriber: Subscriber | None, language: str) -> None:
    """Mail ``subscriber`` the link to the settings, once in ten minutes.

    The doorbell rings in any case, so that the time an answer takes says nothing.
    """
    if subscriber and _may_get_one(subscriber):
        SettingsRequest.objects.create(subscriber=subscriber, language=language)
    transaction.on_commit(lambda: doorbell.ring("send_confirmations"), robust=True)


def _may_get_one(subscriber: Subscriber) -> bool:
    # The row lock keeps two requests at once from both finding none.
    Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    recent = subscriber.settings_requests.filter(requested_at__gt=timezone.now() - COOLDOWN)
    return not recent.exists() and not is_suppressed(subscriber.email)


def settings_message(request: SettingsRequest) -> bytes:
    """The message that leads the owner of the address to the settings."""
    with override(request.language):
        subject = _("Your settings: %(organisation)s") % {"organisation": site_settings().organisation}
    minutes = int(PREFERENCES_WITHIN.total_seconds() // 60)
    text, html = render("settings", request.language, {"minutes": minutes})
    headers = {"Content-Language": request.language, "Auto-Submitted": "auto-generated"}
    parts = Parts(subject, text, html, request.language, headers)
    links = {LINK_SLOT: preferences_url(request)}
    identity = message_id(request.public_id)
    return message(parts, request.subscriber.email, links, identity, request.requested_at)

"""Signed links in mails. Each token is good for one purpose and carries no address."""

from __future__ import annotations

import hmac
from datetime import timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from tasks.newsletter.models import Campaign, SettingsRequest, Standing, Subscriber, SubscriptionRequest

CONFIRM_SALT = "antenne.newsletter.confirm"
UNSUBSCRIBE_SALT = "antenne.newsletter.unsubscribe"
SETTINGS_SALT = "antenne.newsletter.settings"
PREFERENCES_SALT = "antenne.newsletter.preferences"
CONFIRM_WITHIN = timedelta(hours=72)
ANY = "TOKEN"
PREFERENCES_WITHIN = timedelta(hours=1)


def confirm_url(request: SubscriptionRequest) -> str:
    """The absolute address of the page that confirms ``request``, in its language."""
    return _absolute("newsletter:confirm", request.language, request.public_id, CONFIRM_SALT)


def unsubscribe_url(subscriber_id: UUID, language: str) -> str:
    """The absolute address that ends the subscription; it works for ever."""
    return _permanent("newsletter:unsubscribe", language, subscriber_id, UNSUBSCRIBE_SALT)


def settings_url(subscriber_id: UUID, language: str) -> str:
    """The absolute address of the page that mails a link to the settings to their owner.

    It stands in every mail and works for ever, so it shows nothing about the subscriber: a
    forwarded mail must not give anybody power over the subscription.
    """
    return _permanent("newsletter:settings_link", language, subscriber_id, SETTINGS_SALT)


def preferences_url(request: SettingsRequest) -> str:
    """The absolute address of the settings themselves. Short-lived, and only ever mailed on request."""
    return _absolute("newsletter:preferences", request.language, request.public_id, PREFERENCES_SALT)


def settings_path(subscriber: Subscriber) -> str:
    """The way from one of our pages to ``settings_url``, in the language of that page."""
    return reverse("newsletter:settings_link", args=[permanent_token(subscriber.public_id, SETTINGS_SALT)])


def requested(token: str) -> SubscriptionRequest | None:
    """The request behind a confirmation token; None if it is forged, too old, gone or over.

    Over is a request that was confirmed and whose subscription has ended since.
    """
    try:
        public_id = signing.loads(token, salt=CONFIRM_SALT, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        return None
    over = Q(confirmed_at__isnull=False, subscriber__standing=Standing.UNSUBSCRIBED)
    requests = SubscriptionRequest.objects.filter(public_id=public_id).exclude(over)
    return requests.select_related("subscriber").first()


def expired(token: str) -> SubscriptionRequest | None:
    """The unconfirmed request behind a token of ours, however old; None if it is forged or gone."""
    try:
        public_id = signing.loads(token, salt=CONFIRM_SALT)
    except signing.BadSignature:
        return None
    open_requests = SubscriptionRequest.objects.filter(public_id=public_id, confirmed_at=None)
    return open_requests.select_related("subscriber").first()


def leaving(token: str) -> Subscriber | None:
    """The subscriber behind an unsubscribe token; None if it is forged or the person is gone."""
    return subscriber_of(token, UNSUBSCRIBE_SALT)


def asking(token: str) -> Subscriber | None:
    """The subscriber behind the settings link of a mail; None if it is forged or the person is gone."""
    return subscriber_of(token, SETTINGS_SALT)


def is_ours(token: str, salt: str) -> bool:
    """Whether we signed a token that works for ever, be the person still there or not."""
    try:
        signing.Signer(salt=salt).unsign(token)
    except signing.BadSignature:
        return False
    return True


def choosing(token: str) -> Subscriber | None:
    """The subscriber behind a link to the settings; None if it is forged, older than an hour or gone."""
    try:
        public_id = signing.loads(token, salt=PREFERENCES_SALT, max_age=PREFERENCES_WITHIN)
    except signing.BadSignature:
        return None
    return Subscriber.objects.filter(settings_requests__public_id=public_id).first()


def subscriber_of(token: str, salt: str) -> Subscriber | None:
    """The subscriber behind a token that works for ever; None if it is forged or the person is gone."""
    try:
        public_id = UUID(signing.Signer(salt=salt).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return Subscriber.objects.filter(public_id=public_id).first()


def permanent_token(public_id: UUID, salt: str) -> str:
    """A token without a date: it is the same in every attempt, and quickly made.

    What ``signing.Signer(salt=salt).sign`` gives, with the key derived once for all mails.
    """
    value = public_id.hex
    mac = _mac(salt, settings.SECRET_KEY).copy()
    mac.update(value.encode())
    return f"{value}:{signing.b64_encode(mac.digest()).decode()}"


@cache
def _mac(salt: str, secret: str) -> hmac.HMAC:
    return salted_hmac(f"{salt}signer", b"", secret, algorithm=signing.Signer(salt=salt).algorithm)


def _permanent(view: str, language: str, public_id: UUID, salt: str) -> str:
    return _template(view, language).replace(ANY, permanent_token(public_id, salt))


@cache
def _template(view: str, language: str) -> str:
    with override(language):
        return absolute(reverse(view, args=[ANY]))


def web_url(campaign: Campaign) -> str:
    """The absolute address of the mail in the public archive; empty where it does not stand there."""
    if not campaign.in_archive:
        return ""
    with override(campaign.language):
        return absolute(reverse("newsletter:archived", args=[campaign.public_id]))


def absolute(path: str) -> str:
    """``path`` with the site's own host."""
    return f"{settings.WAGTAILADMIN_BASE_URL}{path}"


def _absolute(view: str, language: str, public_id: UUID, salt: str) -> str:
    with override(language):
        return absolute(reverse(view, args=[signing.dumps(str(public_id), salt=salt)]))

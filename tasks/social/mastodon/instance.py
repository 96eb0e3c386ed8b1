"""What fits on a server: its own limits, asked for once an hour and kept with the account."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tasks.social.mastodon import api
from tasks.social.values import Limits

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

# What Mastodon itself allows; used only where a server does not say (API: Instance).
DEFAULT = Limits(max_length=500, url_length=23, max_images=4, image_bytes=8_000_000, alt_length=1500)
FRESH = timedelta(hours=1)


def limits_of(account: SocialAccount) -> Limits:
    """``configuration`` of the instance, v2 or (older servers) v1."""
    kept = account.session.get("limits")
    if kept and account.session.get("limits_at", 0) > (timezone.now() - FRESH).timestamp():
        return _for_account(Limits(**kept), account)
    found = _asked(account)
    if account.pk:
        known = {"limits": asdict(found), "limits_at": timezone.now().timestamp()}
        account.keep_session({**account.session, **known})
    return _for_account(found, account)


def known_limits(account: SocialAccount) -> Limits:
    """The same without asking: what was found last, else what Mastodon itself allows."""
    kept = account.session.get("limits")
    return _for_account(Limits(**kept) if kept else DEFAULT, account)


def _for_account(limits: Limits, account: SocialAccount) -> Limits:
    needs = bool(account.options.get("needs_image"))
    return Limits(**{**asdict(limits), "needs_image": needs})


def _asked(account: SocialAccount) -> Limits:
    for version in ("v2", "v1"):
        reply = api.send(account, "GET", f"/api/{version}/instance")
        if reply.is_success:
            return _read(api.json_of(reply))
    return DEFAULT


def _read(instance: Any) -> Limits:
    configuration = _part(instance, "configuration")
    statuses, media = _part(configuration, "statuses"), _part(configuration, "media_attachments")
    return Limits(
        max_length=_number(statuses, "max_characters", DEFAULT.max_length),
        url_length=_number(statuses, "characters_reserved_per_url", DEFAULT.url_length or 23),
        max_images=_number(statuses, "max_media_attachments", DEFAULT.max_images),
        image_bytes=_number(media, "image_size_limit", DEFAULT.image_bytes),
        alt_length=_number(media, "description_limit", DEFAULT.alt_length),
    )


def _part(value: Any, name: str) -> dict[str, Any]:
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}


def _number(part: dict[str, Any], name: str, default: int) -> int:
    value = part.get(name)
    return value if isinstance(value, int) and value >= 0 else default

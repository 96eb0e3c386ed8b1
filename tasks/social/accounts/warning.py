"""Mail to those who look after accounts, before a connection ends and when one has."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tasks.social.models import SocialAccount
from tasks.social.signals import account_needs_attention

logger = logging.getLogger(__name__)
AGAIN = timedelta(days=5)
"""As long as nothing is done about it, they hear of it again so often."""
LAST_DAYS = timedelta(days=3)
"""So long before its end they hear of it once more, and again when it has come."""


def warn_if_needed(account: SocialAccount, standing: str) -> int:
    """Write to those who can mend it, at once when it gets worse and every few days; returns to how many."""
    if standing not in ("ends", "trouble"):
        told = SocialAccount.objects.filter(pk=account.pk).exclude(warned_at=None)
        told.update(warned_at=None, warned_of="")
        return 0
    stage = _stage(account, standing)
    again = account.warned_at is None or account.warned_at + AGAIN <= timezone.now()
    if not again and stage == account.warned_of:
        return 0
    # Written down first, by one of two workers: a relay that fails must not have them written to every hour.
    known = {"warned_at": account.warned_at, "warned_of": account.warned_of}
    mine = SocialAccount.objects.filter(pk=account.pk, **known)
    if not mine.update(warned_at=timezone.now(), warned_of=stage):
        return 0
    account_needs_attention.send_robust(SocialAccount, account=account, standing=standing)
    return sum(_write(user, account) for user in carers())


def _stage(account: SocialAccount, standing: str) -> str:
    last = account.expires_at is not None and account.expires_at - LAST_DAYS < timezone.now()
    return "last" if standing == "ends" and last else standing


def carers() -> list[Any]:
    """Active users who may change accounts and have an address."""
    users = get_user_model()._default_manager.filter(is_active=True).exclude(email="")
    allowed = (
        Q(is_superuser=True)
        | Q(groups__permissions__codename="change_socialaccount")
        | Q(user_permissions__codename="change_socialaccount")
    )
    return list(users.filter(allowed).select_related("wagtail_userprofile").distinct())


def _write(user: Any, account: SocialAccount) -> int:
    profile = getattr(user, "wagtail_userprofile", None)
    language = profile.get_preferred_language() if profile else settings.LANGUAGE_CODE
    with translation.override(language):
        subject, text = _message(account)
    try:
        return send_mail(subject, text, None, [user.email])
    except Exception as error:  # noqa: BLE001 -- the admin shows the warning, too
        logger.warning("A warning about account %s was not sent: %s", account.pk, type(error).__name__)
        return 0


def _message(account: SocialAccount) -> tuple[str, str]:
    link = settings.WAGTAILADMIN_BASE_URL + reverse("social_accounts:edit", args=[account.pk])
    if account.trouble:
        what = _("“%(name)s” cannot post any more. The service says: %(reason)s")
        said = what % {"name": account, "reason": account.trouble}
    else:
        ends = timezone.localtime(account.expires_at).date() if account.expires_at else ""
        said = _("The connection of “%(name)s” ends on %(date)s. Until then it has to be renewed.") % {
            "name": account,
            "date": ends,
        }
    subject = _("Connect “%(name)s” once more") % {"name": account}
    return subject, f"{said}\n\n{_('Here you can connect it:')} {link}\n"

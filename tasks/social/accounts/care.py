"""A daily look at every account, new credentials in time, and a warning before a connection ends."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.ledger.outcomes import DETAIL_LENGTH, clean
from tasks.social.accounts import oauth, warning
from tasks.social.errors import AuthFailed, ChannelError
from tasks.social.models import SocialAccount
from tasks.social.values import Health

logger = logging.getLogger(__name__)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """How a connection stands: ``key`` is off, trouble, ends, away, new or works."""

    key: str
    text: str


def soon() -> timedelta:
    """So long before its end a connection is renewed or warned about."""
    return timedelta(days=settings.ANTENNE_TOKEN_WARNING_DAYS)


def standing_of(account: SocialAccount) -> Standing:
    """In words for the editor."""
    if not account.active:
        return Standing("off", _("switched off"))
    if account.trouble:
        return Standing("trouble", account.trouble)
    if account.expires_at and account.expires_at - soon() < timezone.now():
        days = max(0, (account.expires_at - timezone.now()).days)
        text = ngettext("ends in %(days)s day", "ends in %(days)s days", days) % {"days": days}
        return Standing("ends", text)
    if account.silence:
        return Standing("away", _away(account))
    return Standing("works", _("works")) if account.probed_at else Standing("new", _("not checked yet"))


def _away(account: SocialAccount) -> str:
    """A service that does not answer is nothing that the editor could mend."""
    if account.reached_at is None:
        return _("never reached yet: %(reason)s") % {"reason": account.silence}
    since = date_format(timezone.localtime(account.reached_at), "SHORT_DATETIME_FORMAT")
    return _("not reached since %(since)s: %(reason)s") % {"since": since, "reason": account.silence}


def care_for_accounts(seconds: float) -> int:
    """Look at the accounts whose turn it is, for at most about ``seconds``; returns at how many."""
    deadline, looked = time.monotonic() + seconds, 0
    due = Q(probed_at=None) | Q(probed_at__lt=timezone.now() - DAY)
    for account in SocialAccount.objects.filter(due, active=True).order_by("probed_at"):
        if time.monotonic() > deadline:
            break
        care_for(account)
        looked += 1
    _warn_of_what_posting_found()
    return looked


def _warn_of_what_posting_found() -> None:
    """A post that was refused since the last look must not wait a day to be heard of."""
    for account in SocialAccount.objects.filter(active=True, warned_at=None).exclude(trouble=""):
        warning.warn_if_needed(account, "trouble")


def care_for(account: SocialAccount) -> str:
    """Probe, renew and warn; whatever a channel does, the next account gets its turn.

    Returns why there was no look at it, if so: the service is down, or the channel is broken.
    """
    SocialAccount.objects.filter(pk=account.pk).update(probed_at=timezone.now())
    problem = _look(account)
    now = timezone.now()
    reached = {} if problem else {"reached_at": now}
    SocialAccount.objects.filter(pk=account.pk).update(looked_at=now, silence=problem, **reached)
    account.refresh_from_db()
    warning.warn_if_needed(account, standing_of(account).key)
    return problem


def _look(account: SocialAccount) -> str:
    try:
        _renew(account)
        _note(account, account.get_channel().probe(account))
    except SoftTimeLimitExceeded:
        raise
    except AuthFailed as error:
        _in_trouble(account, str(error))
    except ChannelError as error:
        logger.info("Account %s cannot be probed now: %s", account.pk, error)
        return clean(str(error), DETAIL_LENGTH) or type(error).__name__
    except Exception as error:  # noqa: BLE001 -- third-party code
        logger.warning("Account %s cannot be probed: %s", account.pk, type(error).__name__)
        return type(error).__name__
    return ""


def _renew(account: SocialAccount) -> None:
    if account.expires_at is None or account.expires_at - soon() > timezone.now():
        return
    found = account.get_channel().refresh(account)
    if found:
        oauth.renew(account, dict(found))


def _note(account: SocialAccount, health: Health) -> None:
    changes: dict[str, Any] = {"trouble": clean(health.warning, DETAIL_LENGTH)}
    changes["remote_name"] = clean(health.name, 200)
    if health.url.startswith(("https://", "http://")) and len(health.url) <= 500:
        changes["remote_url"] = health.url
    if health.expires_at:
        changes["expires_at"] = health.expires_at
    SocialAccount.objects.filter(pk=account.pk).update(**changes)


def _in_trouble(account: SocialAccount, reason: str) -> None:
    SocialAccount.objects.filter(pk=account.pk).update(
        trouble=clean(reason, DETAIL_LENGTH) or _("The service refuses the account.")
    )

"""How many posts an account makes in a day, and how far apart: an import must not flood anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, transaction
from django.db.models import Max
from django.utils import timezone

from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.social.models import Post, SocialAccount

DAY = timedelta(days=1)
COUNTED = (State.SENDING, State.SENT, State.UNKNOWN)


def begin(post: Post, account: SocialAccount, worker: str) -> datetime | bool:
    """Commit that ``post`` is about to be sent; the moment to try again where it is not its turn.

    False where the lease is lost. The account's row is locked, so that no two workers find the
    same turn free.
    """
    with transaction.atomic():
        accounts = SocialAccount.objects.filter(pk=account.pk)
        if connections[accounts.db].features.has_select_for_update:
            accounts = accounts.select_for_update()
        locked = accounts.first()
        if locked is None:
            return False
        later = turn_of(locked)
        if later:
            return later
        Post.objects.filter(pk=post.pk, worker=worker).update(tried_at=timezone.now())
        return claims.begin(post, worker)


def turn_of(account: SocialAccount) -> datetime | None:
    """When the account may post next; None where it may at once."""
    now = timezone.now()
    posts: Any = Post.objects.filter(account=account, state__in=COUNTED, tried_at__gt=now - DAY)
    moments = [_after_gap(account, posts), _after_cap(account, posts)]
    later = [moment for moment in moments if moment and moment > now]
    return max(later, default=None)


def turns_of(accounts: Iterable[SocialAccount]) -> dict[int, datetime]:
    """When those of ``accounts`` may post next that may not at once, with one query for all of them."""
    now = timezone.now()
    tried: defaultdict[int | None, list[Any]] = defaultdict(list)
    known = list(accounts)
    rows = Post.objects.filter(account__in=known, state__in=COUNTED, tried_at__gt=now - DAY)
    for key, moment in rows.order_by("-tried_at").values_list("account_id", "tried_at"):
        tried[key].append(moment)
    turns = {account.pk: _next_turn(account, tried[account.pk]) for account in known}
    return {key: moment for key, moment in turns.items() if moment and moment > now}


def _next_turn(account: SocialAccount, tried: list[datetime]) -> datetime | None:
    """``tried`` are the moments of the last day, newest first."""
    gap = tried[0] + timedelta(minutes=account.min_gap) if tried and account.min_gap else None
    is_full = account.daily_cap and len(tried) >= account.daily_cap
    cap = tried[account.daily_cap - 1] + DAY if is_full else None
    return max(filter(None, (gap, cap)), default=None)


def _after_gap(account: SocialAccount, posts: Any) -> datetime | None:
    last = posts.aggregate(last=Max("tried_at"))["last"] if account.min_gap else None
    return last + timedelta(minutes=account.min_gap) if last else None


def _after_cap(account: SocialAccount, posts: Any) -> datetime | None:
    """A day after the oldest post of those that fill the day."""
    if not account.daily_cap:
        return None
    tried = posts.order_by("-tried_at").values_list("tried_at", flat=True)
    oldest = list(tried[account.daily_cap - 1 : account.daily_cap])
    return oldest[0] + DAY if oldest else None

"""Telling other servers. Every activity has an id of its own, so telling one twice does no harm."""

from __future__ import annotations

import json
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from cms import http
from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.ledger.outcomes import Outcome, failed, refused_for_now, sent, suppressed
from tasks.social.activitypub import addresses, documents, keys, signatures
from tasks.social.activitypub.blocking import Blocks
from tasks.social.activitypub.models import Follower, InboxDelivery
from tasks.social.calls import checked
from tasks.social.errors import ChannelError, Gone, Retryable

AT_ONCE = 8
"""Servers spoken to at the same time, so that a slow one keeps only one line busy."""
LONGEST_CALL = 30.0
"""Seconds for one call as a whole."""
WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21_600, 43_200, 86_400))
"""Two days in all."""
Kind = InboxDelivery.Kind


@dataclass(frozen=True)
class Letter:
    """One signed request, ready to go."""

    url: str
    body: bytes
    headers: dict[str, str]


def deliver_due(seconds: float) -> bool:
    """Send due deliveries for at most about ``seconds``; True where more is waiting."""
    _resume_lost()
    worker, deadline = claims.worker_name(), time.monotonic() + seconds
    rows = InboxDelivery.objects.select_related("account", "note__account")
    if not claims.any_due(InboxDelivery):
        return False
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        while batch := claims.claim(rows, worker, AT_ONCE):
            if time.monotonic() > deadline:
                claims.release(batch, worker)
                return True
            _deliver(batch, worker, pool)
    finally:
        # Not waiting: a call that was given up ends by itself, because its client is closed.
        pool.shutdown(wait=False, cancel_futures=True)
    return False


def _deliver(batch: list[InboxDelivery], worker: str, pool: ThreadPoolExecutor) -> None:
    """The network is for the threads, the database for this one."""
    blocks, under_way = Blocks(), []
    until = time.monotonic() + LONGEST_CALL
    with http.client() as client:
        for row in batch:
            if reason := _needless(row, blocks):
                claims.finish(row, worker, suppressed(reason))
            elif claims.begin(row, worker):
                under_way.append((row, pool.submit(_post, client, letter(row))))
        for row, call in under_way:
            claims.finish(row, worker, _outcome(row, call, until))


def _needless(row: InboxDelivery, blocks: Blocks) -> str:
    if row.note and row.note.deleted_at and row.kind in (Kind.CREATE, Kind.UPDATE):
        return _("The post was withdrawn before.")
    if not keys.has_key(row.account):
        return _("The account has no key yet.")
    if row.kind != Kind.ANSWER and blocks.cover(row.inbox):
        return _("The server is blocked.")
    return ""


def letter(row: InboxDelivery) -> Letter:
    """The request, signed now; a post as it is now."""
    made = documents.activity(row.kind, row.note, row.activity) if row.note else row.body
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
    key = keys.private_key(row.account)
    signed = signatures.sign("POST", row.inbox, body, addresses.key_uri(row.account), key)
    return Letter(row.inbox, body, {**signed, "content-type": documents.CONTENT_TYPE})


def _post(client: http.Client, made: Letter) -> str:
    """The status. What else a server answers is never read."""
    try:
        with client.stream("POST", made.url, content=made.body, headers=made.headers) as reply:
            return str(checked(reply, posts=False).status_code)
    except http.ERRORS as error:
        raise Retryable(str(error) or type(error).__name__) from error


def _outcome(row: InboxDelivery, call: Future[str], until: float) -> Outcome:
    """Whoever drips one byte at a time is given up; closing the client ends the call."""
    try:
        return sent(call.result(max(0.0, until - time.monotonic())))
    except TimeoutError:
        return refused_for_now(row.attempts, "", _("The server takes too long."), None, WAITS)
    except Retryable as error:
        return refused_for_now(row.attempts, error.code, str(error), error.after, WAITS)
    except Gone as error:
        if error.code == "410":
            _forget_followers(row)
        return failed(error.code, str(error))
    except ChannelError as error:
        return failed(error.code, str(error))


def _forget_followers(row: InboxDelivery) -> None:
    """Nobody lives there any more (RFC 9110, 15.5.11)."""
    here = Follower.objects.filter(account=row.account)
    here.filter(actor__inbox=row.inbox, actor__shared_inbox="").delete()
    here.filter(actor__shared_inbox=row.inbox).delete()


def _resume_lost() -> None:
    """What a dead worker left behind is sent again, at most so often."""
    lost = InboxDelivery.objects.filter(state=State.UNKNOWN, attempts__lt=len(WAITS))
    lost.update(state=State.PENDING, attempts=F("attempts") + 1, next_try_at=None, lease_until=None)

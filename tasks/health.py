"""Health checks for operators: None, or a sentence for the log that says what is wrong."""

from __future__ import annotations

from datetime import timedelta

import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from tasks.announcements.models import Heartbeat
from tasks.newsletter.returns.mailbox.state import current

TIMEOUT = 2.0
BOUNCES_MAY_WAIT = timedelta(hours=1)


def broker_answers() -> str | None:
    """The broker answers a PING. Without it everything still works, a sweep later."""
    try:
        redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
        ).ping()
    except (redis.RedisError, OSError) as error:
        return f"The broker does not answer: {error}"
    return None


def sweeper_runs() -> str | None:
    """The sweeper ran within four of its periods."""
    late = timezone.now() - timedelta(seconds=4 * settings.ANTENNE_SWEEP_SECONDS + 30)
    beat = Heartbeat.objects.filter(name="sweep").first()
    if beat is None:
        return "The sweeper has never run: start a worker and beat, or run “outbox run” regularly."
    if beat.beat_at < late:
        return f"The sweeper has not run since {beat.beat_at.isoformat(timespec='seconds')}."
    return None


def bounces_are_read() -> str | None:
    """The bounce mailbox, where there is one, was read within the hour."""
    try:
        mailbox = current()
    except ImproperlyConfigured as error:
        return str(error)
    if mailbox is None:
        return None
    last = mailbox.read_at or mailbox.since
    if last > timezone.now() - BOUNCES_MAY_WAIT:
        return None
    why = f": {mailbox.get_trouble_display()} {mailbox.reply}".rstrip() if mailbox.trouble else "."
    return f"The bounce mailbox has not been read since {last.isoformat(timespec='seconds')}{why}"

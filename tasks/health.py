"""Health checks for operators: None, or a sentence for the log that says what is wrong."""

from __future__ import annotations

from datetime import timedelta

import redis
from django.conf import settings
from django.utils import timezone

from tasks.announcements.models import Heartbeat

TIMEOUT = 2.0


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

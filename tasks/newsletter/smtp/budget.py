"""So many mails per second, shared by all workers through Redis.

Without Redis each worker keeps to half of the rate by itself: losing the broker makes it slower,
never faster.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

# A token bucket that holds one second's worth. Returns how many of the wanted tokens were there.
TAKE = """
local rate, now, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local burst = math.max(1, rate)
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(kept[1]) or burst
local at = tonumber(kept[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local taken = math.min(want, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', tokens - taken, 'at', now)
redis.call('EXPIRE', KEYS[1], 60)
return taken
"""
REDIS_TIMEOUT = 0.5
WITHOUT_REDIS = 10.0
"""Seconds before Redis is asked again after it failed."""


class Budget:
    """``take`` tokens, or ``wait`` for one. A rate of 0 means that there is no limit."""

    def __init__(self, key: str, rate: float) -> None:
        self.key = f"antenne:rate:{key}"
        self.rate = rate
        self._lock = threading.Lock()
        self._kept = 0
        self._alone_until = 0.0
        self._alone_tokens = 0.0
        self._alone_at = time.monotonic()
        self._script: Any = None

    def take(self, want: int) -> int:
        """How many of ``want`` mails may go out now."""
        if not self.rate or want < 1:
            return want
        with self._lock:
            # A quarter of a second's worth at a time spares the round trips.
            if self._kept < want:
                self._kept += self._fetch(max(want - self._kept, round(self.rate / 4)))
            granted = min(want, self._kept)
            self._kept -= granted
        return granted

    def wait(self) -> float:
        """0 where one mail may go out now (and counts), else the seconds to wait before asking again."""
        return 0.0 if self.take(1) else min(1.0, 1 / self.rate)

    def _fetch(self, want: int) -> int:
        if time.monotonic() >= self._alone_until:
            try:
                return int(self._shared()(keys=[self.key], args=[self.rate, time.time(), want]))
            except (redis.RedisError, OSError) as error:
                logger.warning("No shared rate limit for %s: %s", self.key, error)
                self._alone_until = time.monotonic() + WITHOUT_REDIS
        return self._fetch_alone(want)

    def _shared(self) -> Any:
        if self._script is None:
            client = redis.Redis.from_url(
                settings.REDIS_URL, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT
            )
            self._script = client.register_script(TAKE)
        return self._script

    def _fetch_alone(self, want: int) -> int:
        now, rate = time.monotonic(), self.rate / 2
        self._alone_tokens = min(max(1.0, rate), self._alone_tokens + (now - self._alone_at) * rate)
        self._alone_at = now
        granted = min(want, int(self._alone_tokens))
        self._alone_tokens -= granted
        return granted

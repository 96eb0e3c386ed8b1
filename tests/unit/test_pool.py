"""How many mails a pool lets be begun."""

from __future__ import annotations

from typing import Any

from tasks.newsletter.smtp.breaker import Breaker
from tasks.newsletter.smtp.budget import Budget
from tasks.newsletter.smtp.pool import Job, Pool, Route
from tasks.newsletter.smtp.relays import RelayConfig


def test_mails_that_were_not_taken_up_yet_hold_their_connections() -> None:
    route = Route(RelayConfig("main", "127.0.0.1", 1), Breaker(), Budget("main", 0))
    # Not started: nothing that is submitted is ever taken up.
    pool = Pool([route])
    for session in ("one", "two", "three"):
        standing: Any = session
        route.sessions.add(standing)
        route.idle.append(standing)
    assert pool.free == 3
    pool.submit(
        [Job(1, "a@example.org", "b@example.org", b""), Job(2, "a@example.org", "c@example.org", b"")]
    )
    assert pool.free == 1
    pool.submit([Job(3, "a@example.org", "d@example.org", b"")])
    assert pool.free == 0
    pool.close()

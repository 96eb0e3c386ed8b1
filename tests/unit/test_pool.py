"""How many mails a pool lets be begun."""

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("weights", "connections", "most"),
    [
        ((4, 1), (4, 4), [4, 1]),
        ((3, 1), (20, 20), [20, 7]),
        ((1, 1), (10, 10), [10, 10]),
        ((1, 1), (10, 2), [10, 2]),
        ((100, 1), (4, 4), [4, 1]),
        ((2, 1), (4, 20), [4, 2]),
        ((1, 4), (20, 2), [1, 2]),
    ],
)
def test_connections_are_opened_in_proportion_to_the_weights(
    weights: tuple[float, ...], connections: tuple[int, ...], most: list[int]
) -> None:
    pool = Pool(routes(weights, connections))
    assert [pool._most(route) for route in pool.routes] == most
    pool.close()


def test_a_relay_that_cannot_be_reached_leaves_the_others_all_their_connections() -> None:
    heavy, light = routes((4, 1), (4, 4))
    pool = Pool([heavy, light])
    assert pool._most(light) == 1
    heavy.breaker.failed("refused")
    assert pool._most(light) == 4
    pool.close()


def routes(weights: tuple[float, ...], connections: tuple[int, ...]) -> list[Route]:
    """Relays that differ in these alone."""
    given = enumerate(zip(weights, connections, strict=True))
    relays = [RelayConfig(str(n), "127.0.0.1", 1, weight=w, connections=c) for n, (w, c) in given]
    return [Route(relay, Breaker(), Budget(relay.name, 0)) for relay in relays]

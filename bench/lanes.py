"""How long a confirmation mail takes while bulk mails go out, through a real broker and workers."""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench import recipients
from bench.sending import by_state
from bench.stage import Stage, say
from tests.doubles.sink import BulkSink

REQUESTS = 60
EVERY = 0.25


def lanes(stage: Stage, count: int) -> dict[str, Any]:
    """Ask for confirmation mails in the middle of ``count`` bulk mails."""
    from django.conf import settings

    from tests.doubles.processes import environment, wait_until, worker

    recipients.clear()
    recipients.subscribe(count)
    recipients.announce(stage.site)
    with BulkSink(stage.directory / "lanes.log") as sink:
        env = environment(
            stage.broker.url, sink.port, ANTENNE_SWEEP_SECONDS="15", ANTENNE_LEASE_SECONDS="120"
        )
        settings.REDIS_URL, settings.ANTENNE_DOORBELL = stage.broker.url, True
        with worker(env, stage.directory / "lanes.worker.log"):
            wait_until(lambda: sink.counts().accepted > 100, 60, "nothing is being sent")
            asked = _ask()
            in_bulk = by_state().get("pending", 0) > 0
            wait_until(lambda: len(_arrived(sink)) == len(asked), 120, "a confirmation mail is missing")
        settings.ANTENNE_DOORBELL = False
        arrived = _arrived(sink)
    waits = [arrived[address] - moment for address, moment in asked.items()]
    return {
        "confirm_p95_s": statistics.quantiles(waits, n=20)[-1],
        "confirm_median_s": statistics.median(waits),
        "confirm_during_bulk": in_bulk,
    }


def _ask() -> dict[str, float]:
    from tasks.newsletter.consent import Origin
    from tasks.newsletter.subscribe import request_subscription

    say(f"asking for {REQUESTS} confirmation mails")
    asked = {}
    for number in range(REQUESTS):
        address = f"new{number}@confirm.example"
        asked[address] = time.time()
        # Each from a network of its own, as the sign-up limits would have it.
        origin = Origin(f"10.{number}.0.1")
        request_subscription(address, "de", ["congress"], "Ja", "https://example.org/", origin=origin)
        time.sleep(EVERY)
    return asked


def _arrived(sink: BulkSink) -> dict[str, float]:
    return {address: moment for moment, address in sink.accepted() if address.endswith("@confirm.example")}

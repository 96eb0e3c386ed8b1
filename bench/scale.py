"""What a million recipients cost: to freeze, to claim from, and in the sender's memory."""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench import recipients
from bench.sending import send
from bench.stage import Stage, say
from tests.doubles.sink import BulkSink

SMALL = 10_000
SENDING_SECONDS = 60.0
"""For so long the sender works on the million: its memory is at its height long before."""
CLAIMS = 400


def scale(stage: Stage, count: int) -> dict[str, Any]:
    """Freeze ``count``, claim from them, and compare the sender's peak memory with that at 10,000."""
    with BulkSink(stage.directory / "scale.log") as sink:
        _frozen(stage, min(SMALL, count))
        peak_small = send(sink.port, seconds=SENDING_SECONDS).peak_mb
        campaign, seconds = _frozen(stage, count)
        say(f"froze {count} in {seconds:.1f} s")
        claim = claim_p95(campaign)
        large = send(sink.port, seconds=SENDING_SECONDS)
    return {
        "freeze_recipients": count,
        "freeze_1m_s": seconds,
        "claim_p95_ms": claim,
        "rss_small_mb": peak_small,
        "rss_large_mb": large.peak_mb,
        "rss_growth_mb": large.peak_mb - peak_small,
        "rss_measured_over_mails": large.messages,
    }


def _frozen(stage: Stage, count: int) -> tuple[Any, float]:
    from tasks.announcements.route import route_due
    from tasks.newsletter.models import Campaign

    recipients.clear()
    say(f"making {count} subscribers")
    recipients.subscribe(count)
    recipients.publish_page(stage.site)
    began = time.monotonic()
    route_due()
    return Campaign.objects.filter(language="de").latest("pk"), time.monotonic() - began


def claim_p95(campaign: Any) -> float:
    """Milliseconds of one claim as a sender makes it, the slowest one in twenty."""
    from tasks.ledger import batches, claims
    from tasks.newsletter import taking
    from tasks.newsletter.engine import CLAIM
    from tasks.newsletter.models import Delivery

    worker = claims.worker_name()
    taken, times = [], []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        taken.append(taking.claim(campaign.pk, worker, CLAIM, []))
        times.append(1000 * (time.perf_counter() - began))
    for claimed in taken:
        batches.release_many(Delivery, [row.pk for row in claimed], worker)
    return statistics.quantiles(times, n=20)[-1]

"""A storm of temporary refusals, one slow domain, a dead relay."""

from __future__ import annotations

import time
from typing import Any

from bench import recipients
from bench.sending import Sender, by_state, send
from bench.stage import Stage, say
from tests.doubles.sink import BulkSink

STORM_ROUNDS = 3
"""Attempts that fall into the storm: with waits of 1 and 5 minutes, about 6 minutes."""
CALM_ROUNDS = 10
SLOW, SLOW_SHARE, DELAY = "d0.example", 20, 0.5


def storm(stage: Stage, count: int) -> dict[str, Any]:
    """30 % temporary refusals for three attempts; between them the waiting is shortened in SQL."""
    from tasks.newsletter.models import Standing, Subscriber, Suppression

    _prepare(stage, count)
    with BulkSink(stage.directory / "storm.log", refuse_share=0.3, seed=1) as sink:
        for number in range(STORM_ROUNDS + CALM_ROUNDS):
            if number == STORM_ROUNDS:
                sink.behave()
            say(f"storm, round {number + 1}: {by_state()}")
            send(sink.port, seconds=120)
            if set(by_state()) == {"sent"}:
                break
            _let_time_pass()
        refused, served = sink.counts().refused, sink.by_address()
    wrongly = Suppression.objects.count() + Subscriber.objects.exclude(standing=Standing.CONFIRMED).count()
    return {
        "storm_recipients": count,
        "storm_refusals": refused,
        "storm_served": len(served),
        "storm_twice": sum(number > 1 for number in served.values()),
        "storm_wrongly_suppressed": wrongly,
    }


def _let_time_pass() -> None:
    """Everything that waits has waited long enough."""
    from django.utils import timezone

    from tasks.newsletter.models import Delivery, DomainPace, MailRelay

    now = timezone.now()
    Delivery.objects.filter(next_try_at__gt=now).update(next_try_at=now)
    DomainPace.objects.filter(slow_until__gt=now).update(slow_until=now)
    MailRelay.objects.filter(broken_until__gt=now).update(broken_until=now)


def slow_domain(stage: Stage, count: int) -> dict[str, Any]:
    """The other domains' rate where one in twenty recipients is at a domain that takes 0.5 s a mail."""
    fast = _others_rate(stage, count, {})
    slow = _others_rate(stage, count, {SLOW: DELAY})
    return {"others_per_s": fast, "others_beside_slow_per_s": slow, "slow_domain_share": slow / fast}


def _others_rate(stage: Stage, count: int, delays: dict[str, float]) -> float:
    from django.db.models import F

    from tasks.newsletter.models import Delivery

    _prepare(stage, count)
    Delivery.objects.annotate(rest=F("pk") % SLOW_SHARE).filter(rest=0).update(
        domain=SLOW, address="slow@" + SLOW
    )
    others = count - Delivery.objects.filter(domain=SLOW).count()
    with BulkSink(stage.directory / f"slow{len(delays)}.log", delays=delays) as sink:
        sender = Sender(sink.port, 600)
        sender.go()
        began = time.monotonic()
        while Delivery.objects.exclude(domain=SLOW).exclude(state="sent").exists():
            assert time.monotonic() - began < 600, "the other domains are not served"
            time.sleep(0.5)
        sender.stop()
        times = [moment for moment, address in sink.accepted() if not address.endswith(SLOW)]
    say(f"{others} mails beside a domain with delays {delays}: {times[-1] - times[0]:.1f} s")
    return others / (times[-1] - times[0])


def dead_relay(stage: Stage, count: int) -> dict[str, Any]:
    """What a second relay costs that refuses connections; None where no second one is used at all."""
    from cms.demo.runtime.ports import free_port

    with BulkSink(stage.directory / "relay.log") as sink:
        alive, dead = f"smtp://127.0.0.1:{sink.port}?name=alive", f"smtp://127.0.0.1:{free_port()}?name=dead"
        _prepare(stage, count)
        alone = send(sink.port, seconds=120, ANTENNE_RELAYS=alive)
        _prepare(stage, count)
        beside = send(free_port(), seconds=120, ANTENNE_RELAYS=f"{dead},{alive}")
    took = beside.seconds - alone.seconds if beside.messages == count else None
    return {"dead_relay_s": took}


def _prepare(stage: Stage, count: int) -> None:
    recipients.clear()
    recipients.subscribe(count)
    recipients.announce(stage.site)

"""How fast, beside Django and a program that works as listmonk does, in the same minutes."""

from __future__ import annotations

from typing import Any

from bench import peers, recipients
from bench.sending import send
from bench.stage import Stage, say
from tests.doubles.sink import BulkSink

PEER_SHARE = 10
"""Django gets so many times fewer mails: its rate does not depend on their number."""


def throughput(stage: Stage, count: int) -> dict[str, Any]:
    """From the release of a frozen campaign until the ledger calls every row sent."""
    runs = {}
    with BulkSink(stage.directory / "throughput.log") as sink:
        for processes in (1, 2):
            recipients.clear()
            recipients.subscribe(count)
            campaign = recipients.announce(stage.site)
            say(f"sending {count} mails with {processes} process(es)")
            before = sink.counts().octets
            runs[processes] = send(sink.port, processes)
            octets = (sink.counts().octets - before) / max(1, runs[processes].messages)
            assert runs[processes].messages == count, f"only {runs[processes].messages} of {count} were sent"
        templates = peers.write_templates(campaign, stage.directory)
        say("sending with Django")
        django = peers.django_sends(sink.port, max(500, count // PEER_SHARE), templates)
        say("sending with the Go program")
        go = peers.listmonk_like_sends(sink.port, count, templates, stage.directory)
    best = max(runs.values(), key=lambda run: run.rate)
    return {
        "messages_per_s": best.rate,
        "processes": 1 if best is runs[1] else 2,
        "messages_per_s_1_process": runs[1].rate,
        "messages_per_s_2_processes": runs[2].rate,
        "mail_bytes": octets,
        "messages_per_cpu_s": runs[1].per_cpu_second,
        "django_per_s": django.rate,
        "django_per_cpu_s": django.per_cpu_second,
        "x_django": best.rate / django.rate,
        "listmonk_like_per_s": go and go.rate,
        "listmonk_like_per_cpu_s": go and go.per_cpu_second,
        "x_listmonk_like": go and best.rate / go.rate,
    }

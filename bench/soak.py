"""kill -9 of workers and beat, FLUSHALL and crashes of PostgreSQL, while mails go out.

``make soak KILLS=100 RECIPIENTS=100000`` sets up all it needs and ends with one line of JSON;
exit code 1 where somebody got two mails or none, or more are unknown than connections were cut.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    from bench.stage import stage

    with stage() as running:
        from bench import ordeal, recipients
        from tests.doubles.processes import environment
        from tests.doubles.sink import BulkSink

        recipients.subscribe(options.recipients)
        recipients.announce(running.site)
        with BulkSink(running.directory / "mails.log") as sink:
            env = environment(running.broker.url, sink.port)
            events = ordeal.plan(options.kills, options.recipients, random.Random(options.seed), crashes=True)
            trial = ordeal.Ordeal(
                env, sink, running.broker, running.directory, running.cluster.crash, ordeal.REFUSED
            )
            report = trial.run(events)
    print(report.table())
    print(json.dumps(report.figures()))
    sys.exit(0 if report.holds else 1)


if __name__ == "__main__":
    main()

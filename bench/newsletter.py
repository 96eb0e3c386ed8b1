"""How fast the newsletter is, and what trouble costs it; ``make bench-newsletter``.

Sets up PostgreSQL, a broker and a relay of its own. Prints a table and ends with one line of JSON.
``ARGS="--recipients 20000 --only throughput"`` runs a part, or less.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
PARTS = ("throughput", "scale", "lanes", "storm", "slow_domain", "dead_relay")
# What DESIGN asks for: figure → (sign, limit).
LIMITS = {
    "messages_per_s": (">=", 2000),
    "x_django": (">=", 10),
    "messages_per_cpu_s": (">=", 8000),
    "rss_growth_mb": ("<", 20),
    "freeze_1m_s": ("<", 60),
    "claim_p95_ms": ("<", 50),
    "confirm_p95_s": ("<", 2),
    "slow_domain_share": (">=", 0.9),
    "dead_relay_s": ("<", 1),
}


def main() -> None:
    """Run as a program."""
    options = arguments()
    from bench.stage import say, stage

    figures: dict[str, Any] = dict.fromkeys(LIMITS)
    with stage() as running:
        from bench.lanes import lanes
        from bench.scale import scale
        from bench.throughput import throughput
        from bench.trouble import dead_relay, slow_domain, storm

        parts = {
            "throughput": (throughput, options.recipients),
            "scale": (scale, options.million),
            "lanes": (lanes, options.bulk),
            "storm": (storm, options.trouble),
            # For longer than a few turns, which each learn anew who is slow.
            "slow_domain": (slow_domain, 6 * options.trouble),
            "dead_relay": (dead_relay, options.trouble),
        }
        for name in options.only or PARTS:
            say(f"== {name}")
            measure, count = parts[name]
            found = measure(running, count)
            # At once: a run that is cut off later keeps what it had.
            say(json.dumps({key: rounded(value) for key, value in found.items()}))
            figures |= found
    print(table(figures))
    print(json.dumps({name: rounded(value) for name, value in figures.items()}))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=PARTS, help="these parts")
    parser.add_argument("--recipients", type=int, default=50_000, help="of the throughput")
    parser.add_argument("--million", type=int, default=1_000_000, help="recipients to freeze and claim from")
    parser.add_argument("--bulk", type=int, default=100_000, help="bulk mails beside the confirmation mails")
    parser.add_argument("--trouble", type=int, default=10_000, help="recipients in each kind of trouble")
    return parser.parse_args()


def table(figures: dict[str, Any]) -> str:
    """For people, with the limit beside each figure that has one."""
    lines = ["PostgreSQL with fsync and synchronous_commit on, relay on loopback, one machine for all"]
    for name, value in figures.items():
        sign, limit = LIMITS.get(name, ("", ""))
        shown = "not measured" if value is None else f"{rounded(value):>14}"
        lines.append(f"  {name:28} {shown:>14}  {f'(wanted {sign} {limit})' if sign else ''}".rstrip())
    return "\n".join(lines)


def rounded(value: Any) -> Any:
    """Enough digits to read."""
    if isinstance(value, float):
        return round(value, 3) if value < 100 else round(value)
    return value


if __name__ == "__main__":
    main()

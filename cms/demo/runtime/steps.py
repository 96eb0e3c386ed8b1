"""What ``manage.py demo --prepare`` tells the supervisor: lines of JSON among its other output."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

MARK = "@demo "


@dataclass(frozen=True)
class Progress:
    """How far the preparation is."""

    done: int
    total: int
    note: str

    def line(self) -> str:
        """As a line of output."""
        return MARK + json.dumps(asdict(self))


def result_line(result: dict[str, Any]) -> str:
    """The preparation's result as a line of output."""
    return MARK + json.dumps({"result": result})


def _messages(output: str) -> list[dict[str, Any]]:
    # The last line may be half written while the child still runs.
    whole = output[: output.rfind("\n") + 1].splitlines()
    return [json.loads(line.removeprefix(MARK)) for line in whole if line.startswith(MARK)]


def latest_progress(output: str) -> Progress | None:
    """The last progress in ``output``, or None."""
    steps = [message for message in _messages(output) if "result" not in message]
    return Progress(**steps[-1]) if steps else None


def result(output: str) -> dict[str, Any]:
    """The result in ``output``."""
    return dict(_messages(output)[-1]["result"])

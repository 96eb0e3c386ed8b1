"""Telling the workers that a plugin has something to do. Losing this costs delay, nothing else."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal

waiting = Signal()
"""Sent once the rows are there to be found."""


def ring() -> None:
    """Have the plugins' chores done soon after this transaction."""
    transaction.on_commit(lambda: waiting.send_robust(sender=None), robust=True)

"""Telling the workers that there is something to do. Losing this costs delay, nothing else."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)


def ring_after_commit() -> None:
    """Ring once the rows are there to be found."""
    transaction.on_commit(ring, robust=True)


def ring(*names: str) -> None:
    """Ask for the tasks called ``names`` (all of them by default), without ever raising."""
    if not settings.ANTENNE_DOORBELL:
        return
    from tasks.celery import app

    for name in names or ("announce",):
        try:
            # A bell that nobody heard within a sweep is rung again by it: without an end, the bells
            # of a long sending would pile up.
            app.send_task(f"tasks.{name}", retry=False, expires=settings.ANTENNE_SWEEP_SECONDS)
        except Exception as error:  # noqa: BLE001 -- whatever the broker does, the sweeper follows
            logger.warning("The broker did not answer (%s); the sweeper will do %s", error, name)
            return

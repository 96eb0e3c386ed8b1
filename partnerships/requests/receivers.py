"""An editor who opens a request has its sender told."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from partnerships.requests.models import Notice
from partnerships.requests.sending_in import tell_published


@receiver(post_save, sender=Notice, dispatch_uid="antenne.notices.published")
def on_saved(instance: Notice, raw: bool = False, **_: Any) -> None:
    """Write the mail down, once."""
    if not raw:
        tell_published(instance)

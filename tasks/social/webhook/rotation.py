"""New signing secrets, with the old ones beside them for a while."""

from __future__ import annotations

from django.db import transaction

from tasks.social.models import SocialAccount
from tasks.social.webhook.forms import WebhookForm, new_secret


def rotate(account: SocialAccount) -> None:
    """Give ``account`` a new secret; calls are signed with the old one, too, until the other side has it."""
    with transaction.atomic():
        account.refresh_from_db(fields=["credentials"])
        account.credentials = WebhookForm.merged(account.credentials, {"signing_secret": new_secret()})
        account.save(update_fields=["credentials"])

"""What follows from columns that were there before."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import migrations

from tasks.newsletter.addresses import address_hash, domain_of


def fill(apps: Any, schema_editor: Any) -> None:
    """Hashes and domains of known addresses, ids of known campaigns."""
    subscriber_model = apps.get_model("tasks", "Subscriber")
    for subscriber in subscriber_model.objects.filter(email_hash="").iterator():
        subscriber.email_hash = address_hash(subscriber.email_key)
        subscriber.domain = domain_of(subscriber.email_key)
        subscriber.save(update_fields=["email_hash", "domain"])
    delivery_model = apps.get_model("tasks", "Delivery")
    for delivery in delivery_model.objects.filter(domain="").iterator():
        delivery.domain = domain_of(delivery.address_key)
        delivery.save(update_fields=["domain"])
    for campaign in apps.get_model("tasks", "Campaign").objects.filter(public_id=None).iterator():
        campaign.public_id = uuid.uuid4()
        campaign.save(update_fields=["public_id"])


class Migration(migrations.Migration):
    """Separate from 0003: PostgreSQL changes no table that has changed rows in one transaction."""

    dependencies = [("tasks", "0003_newsletter")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

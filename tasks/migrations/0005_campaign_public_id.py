"""Every campaign has an id of its own from now on."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    """After 0004 has filled them."""

    dependencies = [("tasks", "0004_derived")]
    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="public_id",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]

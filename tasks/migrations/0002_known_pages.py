"""Pages that are live before this app comes are known, not news."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def take_as_known(apps: Any, schema_editor: Any) -> None:
    """One silent announcement per live page: its next edit must not be taken for news."""
    page_model = apps.get_model("wagtailcore", "Page")
    announcement_model = apps.get_model("tasks", "Announcement")
    version_model = apps.get_model("tasks", "AnnouncementVersion")
    live = page_model.objects.filter(live=True, alias_of=None).exclude(content_type__app_label="wagtailcore")
    for page in live.select_related("locale").iterator():
        announcement, _ = announcement_model.objects.get_or_create(
            translation_key=page.translation_key, edition=1, defaults={"silenced": "backfill"}
        )
        version_model.objects.get_or_create(
            announcement=announcement,
            language=page.locale.language_code,
            defaults={
                "page_id": page.pk,
                "page_ref": page.pk,
                "revision_id": page.live_revision_id,
                "title": page.title,
                "silenced": "backfill",
            },
        )


class Migration(migrations.Migration):
    """Backfill; nothing to undo, because the tables go with 0001."""

    dependencies = [("tasks", "0001_initial")]
    operations = [migrations.RunPython(take_as_known, migrations.RunPython.noop)]

"""Many subscribers at once, and a page of 12 kB for them to hear of."""

from __future__ import annotations

from typing import Any

DOMAINS = 500
PARAGRAPHS = 1
"""Make a mail of about 12 kB; the sink weighs it."""
SENTENCE = "Die Jugendlichen aus beiden Städten bereiten die Begegnung gemeinsam vor. "
DERIVED = {
    "public_id": "gen_random_uuid()",
    "email": "'person' || n || '@d' || n % {domains} || '.example'",
    "email_key": "'person' || n || '@d' || n % {domains} || '.example'",
    "domain": "'d' || n % {domains} || '.example'",
    # Unkeyed: only its uniqueness and length matter here.
    "email_hash": "encode(sha256(convert_to('person' || n || '@d' || n % {domains}, 'UTF8')), 'hex')",
}


def clear() -> None:
    """No subscribers, no campaigns, no announcements."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE tasks_subscriber, tasks_campaign, tasks_announcement, tasks_delivery, tasks_mailrelay, "
            "tasks_domainpace RESTART IDENTITY CASCADE"
        )


def subscribe(count: int, language: str = "de") -> None:
    """``count`` confirmed subscribers on 500 domains, copied in SQL from one that the ORM made."""
    from django.db import connection
    from django.utils import timezone

    from tasks.newsletter.models import Interest, Standing, Subscriber

    model = Subscriber.of("template@example.org", language=language, standing=Standing.CONFIRMED)
    model.confirmed_at = timezone.now()
    model.save()
    columns = [field.column for field in Subscriber._meta.concrete_fields if not field.primary_key]
    values = [DERIVED[name].format(domains=DOMAINS) if name in DERIVED else f"t.{name}" for name in columns]
    table, interests = Subscriber._meta.db_table, Interest._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
            f"FROM generate_series(1, {count:d}) AS n, {table} AS t WHERE t.id = {model.pk:d}"
        )
        model.delete()
        cursor.execute(f"INSERT INTO {interests} (subscriber_id, topic) SELECT id, 'congress' FROM {table}")
        cursor.execute(f"ANALYZE {table}, {interests}")


def announce(site: Any) -> Any:
    """Publish a page whose mail has about 12 kB and freeze its audience; the German campaign."""
    from tasks.announcements.route import route_due
    from tasks.newsletter.models import Campaign

    publish_page(site)
    route_due()
    return Campaign.objects.filter(language="de").latest("pk")


def publish_page(site: Any) -> Any:
    """A published page whose mail has about 12 kB on the wire."""
    from tests.factories.publishing import draft, publish

    paragraphs = "".join(f"<p>{SENTENCE * 3}</p>" for _ in range(PARAGRAPHS))
    return publish(draft(site.news["de"], title="Kongress der Jugend"), body=[("text", paragraphs)])

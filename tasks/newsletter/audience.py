"""Who gets a campaign: fixed once, with every exclusion counted by its reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.announceable import AnnouncementContent
from tasks.announcements.models import AnnouncementVersion
from tasks.ledger.models import State
from tasks.newsletter.digests.told import told_by_digest
from tasks.newsletter.models import (
    Campaign,
    CampaignState,
    Delivery,
    Frequency,
    Standing,
    Subscriber,
    Suppression,
)
from tasks.newsletter.segments import in_segment, interested

RECIPIENT = ""
EXCLUSIONS = {
    "unconfirmed": _("not confirmed yet"),
    "unsubscribed": _("unsubscribed"),
    "suppressed": _("blocked after a bounce or complaint"),
    "paused": _("paused"),
    "other_topic": _("not interested in this topic"),
    "not_meant": _("not among the chosen readers"),
    "has_it": _("got it in another language"),
    "digest": _("get a digest"),
    "nothing_new": _("nothing new for them"),
    "waiting": _("wait for their translation"),
    "changed": _("changed their subscription at that moment"),
}


def candidates(campaign: Campaign, content: AnnouncementContent) -> QuerySet[Any]:
    """All subscribers of the campaign's language, each with ``why_not`` (empty for recipients)."""
    served = Delivery.objects.filter(announcement=campaign.announcement_id, address_key=OuterRef("email_key"))
    blocked = Suppression.objects.filter(address_hash=OuterRef("email_hash"))
    announcement = campaign.announcement if campaign.announcement_id else None
    why_not = Case(
        When(standing=Standing.PENDING, then=Value("unconfirmed")),
        When(standing=Standing.UNSUBSCRIBED, then=Value("unsubscribed")),
        When(Exists(blocked), then=Value("suppressed")),
        When(paused_until__gt=timezone.localdate(), then=Value("paused")),
        When(~interested(content), then=Value("other_topic")),
        When(~in_segment(content), then=Value("not_meant")),
        When(Exists(served), then=Value("has_it")),
        When(told_by_digest(announcement), then=Value("has_it")),
        When(~Q(frequency=Frequency.AT_ONCE), then=Value("digest")),
        default=Value(RECIPIENT),
        output_field=CharField(),
    )
    return Subscriber.objects.filter(language=campaign.language).annotate(why_not=why_not).order_by("pk")


@transaction.atomic
def freeze_audience(campaign: Campaign, version: AnnouncementVersion) -> int:
    """Write one delivery per recipient, in one statement; returns how many."""
    everybody = candidates(campaign, version.content)
    counts = dict(everybody.order_by().values_list("why_not").annotate(number=Count("pk")))
    frozen = insert_deliveries(campaign, everybody.filter(why_not=RECIPIENT))
    # On PostgreSQL somebody may unsubscribe, or confirm, between the two statements.
    missing = counts.pop(RECIPIENT, 0) - frozen
    excluded = counts | ({"changed": missing} if missing > 0 else {})
    campaign.version = version
    campaign.candidates = frozen + sum(excluded.values())
    campaign.excluded = excluded
    campaign.state = CampaignState.SENDING if frozen else CampaignState.DONE
    campaign.in_archive = version.content.in_archive
    campaign.frozen_at = timezone.now()
    campaign.finished_at = None if frozen else campaign.frozen_at
    campaign.save()
    return frozen


def insert_deliveries(campaign: Campaign, recipients: QuerySet[Any]) -> int:
    """A delivery for each of ``recipients`` who has none; returns how many were written.

    By one ``INSERT … SELECT``: a million rows never pass through Python, and a second run adds
    nothing, because the unique constraints decide.

    No index has the order that is asked for, so the database must know all recipients before it
    writes the first. Else who has it already is looked for, for every reader again, in the table
    that grows meanwhile: PostgreSQL plans for a table as small as it was, and reads it whole.
    """
    values = _columns(campaign, timezone.now())
    annotated = recipients.annotate(**{f"new_{name}": value for name, value in values.items()})
    annotated = annotated.order_by(F("pk") + 0)
    select, parameters = annotated.values_list(*(f"new_{name}" for name in values)).query.sql_with_params()
    quoted = ", ".join(connection.ops.quote_name(name) for name in values)
    table = connection.ops.quote_name(Delivery._meta.db_table)
    with connection.cursor() as cursor:
        # The statement consists of our own column names and of what the ORM compiled.
        cursor.execute(f"INSERT INTO {table} ({quoted}) {select} ON CONFLICT DO NOTHING", parameters)
        return int(cursor.rowcount)


def _columns(campaign: Campaign, now: datetime) -> dict[str, Any]:
    """What stands in each column of a new delivery."""

    def text(value: str) -> Value:
        return Value(value, output_field=CharField())

    def number(value: int | None) -> Value:
        return Value(value, output_field=IntegerField())

    empty = {name: text("") for name in ("worker", "code", "detail", "variant", "relay")}
    return {
        **empty,
        "state": text(State.PENDING),
        "attempts": number(0),
        "updated_at": Value(now, output_field=DateTimeField()),
        "campaign_id": number(campaign.pk),
        "announcement_id": number(campaign.announcement_id),
        "subscriber_id": F("pk"),
        "address": F("email"),
        "address_key": F("email_key"),
        "domain": F("domain"),
    }

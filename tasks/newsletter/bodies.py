"""What a campaign says, composed once and stored: all workers send it, the archive shows it."""

from __future__ import annotations

from django.db.models import QuerySet

from tasks.newsletter.compose import Parts, campaign_parts
from tasks.newsletter.models import Campaign, CampaignKind, MailBody


def body_of(campaign: Campaign, variant: str = "") -> MailBody:
    """The composed mail of ``campaign``; composes and stores it where that has not happened yet."""
    stored = MailBody.objects.filter(campaign=campaign, variant=variant).first()
    if stored:
        return stored
    parts = _compose(campaign, variant)
    row = MailBody(
        campaign=campaign,
        variant=variant,
        subject=parts.subject,
        text=parts.text,
        html=parts.html,
        headers=parts.headers,
    )
    # Two workers may compose at the same time; both then send what was stored first.
    MailBody.objects.bulk_create([row], ignore_conflicts=True)
    return MailBody.objects.get(campaign=campaign, variant=variant)


def forget(campaigns: QuerySet[Campaign]) -> None:
    """Compose anew what is not out yet: an address or a text in it has changed."""
    MailBody.objects.filter(campaign__in=campaigns).delete()


def _compose(campaign: Campaign, variant: str) -> Parts:
    if campaign.kind == CampaignKind.DIGEST:
        from tasks.newsletter.digests.compose import digest_parts

        return digest_parts(campaign, variant)
    return campaign_parts(campaign)

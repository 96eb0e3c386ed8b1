"""A last look at the pages of a digest before its mails go out.

Pages that leave or move tell so (``changes``); one that was made private, or its section, does not.
"""

from __future__ import annotations

from wagtail.models import Page

from tasks.announcements.models import AnnouncementVersion
from tasks.newsletter.digests.changes import stop
from tasks.newsletter.digests.compose import NothingLeft, digest_parts
from tasks.newsletter.digests.variants import decode
from tasks.newsletter.models import Campaign, CampaignKind, MailBody


class LastLook:
    """What of one campaign's digests may not be shown any more, as far as one sender has seen."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.empty: set[str] = set()
        """Variants of which nothing is left; their mails are stopped."""
        self._seen: dict[str, set[int]] = {}

    def changed(self, variants: set[str]) -> set[str]:
        """Those of ``variants`` that are not as they were composed; what is stored is mended.

        The same few queries for any number of variants, as long as nothing has changed.
        """
        if self.campaign.kind != CampaignKind.DIGEST or not variants:
            return set()
        told = {variant: set(decode(variant)[0]) for variant in variants}
        hidden = _hidden(set().union(*told.values()))
        changed = set()
        for variant, keys in told.items():
            now = {version for version, announcement in hidden.items() if announcement in keys}
            if now != self._seen.get(variant, set()):
                self._mend(variant)
                changed.add(variant)
            self._seen[variant] = now
        return changed

    def _mend(self, variant: str) -> None:
        stored = MailBody.objects.filter(campaign=self.campaign, variant=variant)
        try:
            parts = digest_parts(self.campaign, variant)
        except NothingLeft:
            stored.delete()
            stop(self.campaign, variant)
            self.empty.add(variant)
            return
        # Not deleted: another sender may be about to read it.
        stored.update(subject=parts.subject, text=parts.text, html=parts.html, headers=parts.headers)


def _hidden(announcements: set[int]) -> dict[int, int]:
    """Version → announcement of every version whose page may not be shown now."""
    rows = AnnouncementVersion.objects.filter(announcement__in=announcements)
    versions = list(rows.values_list("pk", "announcement", "page_ref"))
    pages = Page.objects.filter(pk__in={page for _pk, _announcement, page in versions}, expired=False)
    shown = set(pages.live().public().values_list("pk", flat=True))
    return {pk: announcement for pk, announcement, page in versions if page not in shown}

"""The open requests and offers: which there are, and whose."""

from __future__ import annotations

from partnerships.domain.text import tokens
from partnerships.models.partnership import PartnershipMember
from partnerships.requests.choices import OFFERS, Direction
from partnerships.requests.models import Notice, NoticeQuerySet


def find(
    q: str = "", direction: str = "", kind: str = "", country: str = "", topic: str = ""
) -> NoticeQuerySet:
    """Open requests and offers that fit everything, the newest first."""
    found = Notice.objects.open()
    for token in tokens(q):
        found = found.filter(search_text__contains=token)
    if direction:
        offers = found.filter(kind__startswith=OFFERS)
        found = offers if direction == Direction.OFFER else found.exclude(kind__startswith=OFFERS)
    if kind:
        found = found.filter(kind=kind)
    if country:
        found = found.filter(municipality__country=country)
    if topic:
        found = found.filter(topics__key=topic)
    return found


def open_request_partnership_ids() -> set[int]:
    """Keys of the partnerships that something open is about."""
    about = Notice.objects.open().filter(partnership__isnull=False)
    return {pk for pk in about.values_list("partnership_id", flat=True) if pk}


def partnerships_with_open_requests() -> frozenset[int]:
    """Keys of the partnerships that something open is about, or one of whose places has something open."""
    places = Notice.objects.open().order_by().values("municipality_id")
    members = PartnershipMember.objects.filter(municipality_id__in=places)
    return frozenset(members.values_list("partnership_id", flat=True)) | open_request_partnership_ids()


def open_for(partnership_id: int, municipality_ids: list[int]) -> NoticeQuerySet:
    """What is open about a partnership or for one of its places."""
    about = Notice.objects.open().filter(partnership=partnership_id)
    places = Notice.objects.open().filter(municipality__in=municipality_ids)
    return (about | places).select_related("municipality").order_by("-published_at", "-pk")

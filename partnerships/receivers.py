"""What happens when a record changes: its partnerships can be found by the new names."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from partnerships.domain import search
from partnerships.models import (
    Association,
    DirectoryState,
    Municipality,
    Partnership,
    PartnershipIdentifier,
    PartnershipMember,
    Topic,
)


@receiver(post_save, sender=Municipality, dispatch_uid="partnerships.municipality_saved")
def municipality_saved(instance: Municipality, **_: Any) -> None:
    """A name or a merger changed."""
    search.refresh_partnerships(search.partnerships_of(instance))


@receiver([post_save, post_delete], sender=PartnershipMember, dispatch_uid="partnerships.member")
@receiver([post_save, post_delete], sender=PartnershipIdentifier, dispatch_uid="partnerships.id")
def part_changed(instance: PartnershipMember | PartnershipIdentifier, **_: Any) -> None:
    """A member or an id came or went."""
    search.refresh_partnerships(Partnership.objects.filter(pk=instance.partnership_id))


@receiver(post_save, sender=Association, dispatch_uid="partnerships.association_saved")
def association_saved(instance: Association, **_: Any) -> None:
    """An association was renamed."""
    search.refresh_partnerships(Partnership.objects.filter(associations=instance))


@receiver(m2m_changed, sender=Association.partnerships.through, dispatch_uid="partnerships.association_m2m")
def association_linked(instance: Any, pk_set: set[int] | None, model: type[Any], **_: Any) -> None:
    """An association began or ceased to look after partnerships."""
    pks = (pk_set or set()) if model is Partnership else {instance.pk}
    search.refresh_partnerships(Partnership.objects.filter(pk__in=pks))


@receiver([post_save, post_delete], sender=Topic, dispatch_uid="partnerships.state_topic")
@receiver([post_save, post_delete], sender=Municipality, dispatch_uid="partnerships.state_municipality")
@receiver([post_save, post_delete], sender=Partnership, dispatch_uid="partnerships.state_partnership")
@receiver([post_save, post_delete], sender=PartnershipMember, dispatch_uid="partnerships.state_member")
@receiver(m2m_changed, sender=Partnership.topics.through, dispatch_uid="partnerships.state_topics")
def directory_changed(**_: Any) -> None:
    """What a process remembers of the directory holds no longer."""
    DirectoryState.touch()

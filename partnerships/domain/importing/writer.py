"""Writing agreements: what is new in bulk, what differs one by one."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from partnerships.domain import search
from partnerships.domain.importing.agreements import Agreement, Member
from partnerships.domain.importing.common import BATCH, Refused, chunks, tally, update
from partnerships.domain.importing.report import ImportReport, Problem
from partnerships.models import (
    Association,
    Municipality,
    Partnership,
    PartnershipIdentifier,
    PartnershipMember,
    PartnershipSource,
)

THROUGH: Any = Association.partnerships.through


class AgreementWriter:
    """Compares agreements with what exists, which is read beforehand, and writes the rest in bulk."""

    def __init__(self, places: dict[str, Municipality], provenance: str, report: ImportReport) -> None:
        self.places, self.provenance, self.report = places, provenance, report
        self.identifiers: dict[str, PartnershipIdentifier] = {}
        self.existing: dict[int, Partnership] = {}
        self.associations: dict[tuple[str, str], Association] = {}
        self.used_associations: set[tuple[str, str]] = set()
        self.partnerships: list[Partnership] = []
        self.touched: list[Partnership] = []
        self.new: list[Model] = []

    def prepare(self, agreements: list[Agreement]) -> None:
        """Read what the agreements may have in the database already."""
        names = [identifier for agreement in agreements for identifier in agreement.identifiers]
        for chunk in chunks(names):
            rows = PartnershipIdentifier.objects.filter(identifier__in=chunk)
            self.identifiers.update({row.identifier: row for row in rows})
        pks = [row.partnership_id for row in self.identifiers.values() if row.partnership_id]
        for part in chunks(pks):
            found = Partnership.objects.filter(pk__in=part).with_details()
            self.existing.update({partnership.pk: partnership for partnership in found})
        for association in Association.objects.select_related("municipality"):
            place = association.municipality.public_id if association.municipality else ""
            self.associations[association.name, place] = association

    def write(self, agreement: Agreement) -> None:
        """Plan what is new of one partnership, and complete it where it exists."""
        partnership = self._find(agreement)
        is_new = partnership is None
        if partnership is None:
            partnership = Partnership(
                public_id=agreement.identifiers[0], provenance=self.provenance, **agreement.fields
            )
        changed = not is_new and update(partnership, agreement.fields)
        before = len(self.new)
        changed = self._members(partnership, agreement, is_new) or changed
        self._identifiers(partnership, agreement)
        self._sources(partnership, agreement, is_new)
        self._links(partnership, agreement, is_new)
        changed = changed or len(self.new) > before
        self._count(partnership, is_new, changed)

    def finish(self) -> list[int]:
        """Write what is new, make it findable, and return the ids of all partnerships of the file."""
        Partnership.objects.bulk_create(
            [partnership for partnership in self.partnerships if partnership.pk is None], batch_size=BATCH
        )
        for model in (PartnershipIdentifier, PartnershipMember, PartnershipSource, THROUGH):
            rows = [row for row in self.new if isinstance(row, model)]
            model._default_manager.bulk_create(rows, batch_size=BATCH)
        for chunk in chunks([partnership.pk for partnership in self.touched]):
            search.refresh_partnerships(Partnership.objects.filter(pk__in=chunk))
        created = self.report.associations.created
        self.report.associations.unchanged = len(self.used_associations) - created
        return [partnership.pk for partnership in self.partnerships]

    def _find(self, agreement: Agreement) -> Partnership | None:
        rows = [self.identifiers[name] for name in agreement.identifiers if name in self.identifiers]
        if any(row.partnership_id is None for row in rows):
            retired = next(row.identifier for row in rows if row.partnership_id is None)
            message = f"“{retired}” was the id of a partnership that was deleted; ids are not used again"
            raise Refused(Problem(agreement.line, "id", message))
        pks = {row.partnership_id for row in rows}
        if len(pks) > 1:
            message = f"the ids {', '.join(agreement.identifiers)} belong to different partnerships here"
            raise Refused(Problem(agreement.line, "id", message))
        return self.existing[pk] if (pk := next(iter(pks), None)) else None

    def _members(self, partnership: Partnership, agreement: Agreement, is_new: bool) -> bool:
        """Plan missing members; whether a known one got another date."""
        rows = [] if is_new else partnership.members.all()
        known = {member.municipality.public_id: member for member in rows}
        changed = False
        for order, member in enumerate(agreement.members.values()):
            dates = _dates(member)
            if member.place in known:
                changed = update(known[member.place], dates) or changed
            else:
                place = self.places[member.place]
                row = PartnershipMember(municipality=place, side=member.side, sort_order=order, **dates)
                self._plan(row, partnership)
        return changed

    def _identifiers(self, partnership: Partnership, agreement: Agreement) -> None:
        for name in agreement.identifiers:
            if name not in self.identifiers:
                self._plan(PartnershipIdentifier(identifier=name), partnership)

    def _sources(self, partnership: Partnership, agreement: Agreement, is_new: bool) -> None:
        known = [] if is_new else [(source.url, source.label) for source in partnership.sources.all()]
        missing = [source for source in agreement.sources if source not in known]
        for order, (url, label) in enumerate(missing, start=len(known)):
            self._plan(PartnershipSource(url=url, label=label, sort_order=order), partnership)

    def _links(self, partnership: Partnership, agreement: Agreement, is_new: bool) -> None:
        known = [] if is_new else [association.pk for association in partnership.associations.all()]
        for key in agreement.associations:
            association = self._association(*key)
            if association.pk not in known:
                self._plan(THROUGH(association_id=association.pk), partnership)

    def _plan(self, row: Any, partnership: Partnership) -> None:
        """To be written once the partnership has its primary key."""
        row.partnership = partnership
        self.new.append(row)

    def _association(self, name: str, place: str) -> Association:
        self.used_associations.add((name, place))
        association = self.associations.get((name, place))
        if association is None:
            association = Association.objects.create(name=name, municipality=self.places[place])
            self.associations[name, place] = association
            self.report.associations.created += 1
        return association

    def _count(self, partnership: Partnership, is_new: bool, changed: bool) -> None:
        self.partnerships.append(partnership)
        if is_new or changed:
            self.touched.append(partnership)
        if is_new:
            self.report.partnerships.created += 1
        else:
            tally(self.report.partnerships, changed)


def _dates(member: Member) -> dict[str, Any]:
    signed = member.signed
    return {"signed_on": signed.value, "signed_precision": signed.precision} if signed else {}

"""The directory's models: facts as language-neutral records, texts as pages."""

from partnerships.models.association import Association
from partnerships.models.choices import CodeType, Kind, Level, Precision, Status
from partnerships.models.municipality import Municipality
from partnerships.models.pages import DirectoryPage, PartnershipPage
from partnerships.models.partnership import (
    Partnership,
    PartnershipIdentifier,
    PartnershipMember,
    PartnershipQuerySet,
    PartnershipSource,
)

__all__ = [
    "Association",
    "CodeType",
    "DirectoryPage",
    "Kind",
    "Level",
    "Municipality",
    "Partnership",
    "PartnershipIdentifier",
    "PartnershipMember",
    "PartnershipPage",
    "PartnershipQuerySet",
    "PartnershipSource",
    "Precision",
    "Status",
]

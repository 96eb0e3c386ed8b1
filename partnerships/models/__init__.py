"""The directory's models: facts as language-neutral records, texts as pages."""

from partnerships.funding.models import FundingDeadline, FundingPage, FundingProgramme
from partnerships.models.association import Association
from partnerships.models.choices import (
    CodeType,
    Kind,
    Language,
    LegalForm,
    Level,
    Precision,
    Rhythm,
    Status,
    Verification,
    Visibility,
)
from partnerships.models.contact import ContactPoint, ContactQuerySet
from partnerships.models.municipality import Municipality
from partnerships.models.pages import DirectoryPage, PartnershipPage, SectionPage
from partnerships.models.partnership import (
    Partnership,
    PartnershipIdentifier,
    PartnershipMember,
    PartnershipQuerySet,
    PartnershipSource,
)
from partnerships.models.state import DirectoryState, NotedQuerySet
from partnerships.models.topic import Topic
from partnerships.statistics.models import StatisticsPage

__all__ = [
    "Association",
    "CodeType",
    "ContactPoint",
    "ContactQuerySet",
    "DirectoryPage",
    "DirectoryState",
    "FundingDeadline",
    "FundingPage",
    "FundingProgramme",
    "Kind",
    "Language",
    "LegalForm",
    "Level",
    "Municipality",
    "NotedQuerySet",
    "Partnership",
    "PartnershipIdentifier",
    "PartnershipMember",
    "PartnershipPage",
    "PartnershipQuerySet",
    "PartnershipSource",
    "Precision",
    "Rhythm",
    "SectionPage",
    "StatisticsPage",
    "Status",
    "Topic",
    "Verification",
    "Visibility",
]

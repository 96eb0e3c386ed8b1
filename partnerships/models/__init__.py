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
from partnerships.models.gazetteer import GazetteerEntry
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
from partnerships.requests.models import Notice, NoticeCount, NoticeMail, NoticeWatch, RelayMessage
from partnerships.requests.page import RequestsPage
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
    "GazetteerEntry",
    "Kind",
    "Language",
    "LegalForm",
    "Level",
    "Municipality",
    "NotedQuerySet",
    "Notice",
    "NoticeCount",
    "NoticeMail",
    "NoticeWatch",
    "Partnership",
    "PartnershipIdentifier",
    "PartnershipMember",
    "PartnershipPage",
    "PartnershipQuerySet",
    "PartnershipSource",
    "Precision",
    "RelayMessage",
    "RequestsPage",
    "Rhythm",
    "SectionPage",
    "StatisticsPage",
    "Status",
    "Topic",
    "Verification",
    "Visibility",
]

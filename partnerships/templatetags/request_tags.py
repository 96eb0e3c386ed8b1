"""What other pages of the directory show of requests and contacts."""

from __future__ import annotations

from django import template

from partnerships.models import Partnership
from partnerships.requests.addresses import list_path
from partnerships.requests.finding import open_for
from partnerships.requests.models import NoticeQuerySet
from partnerships.requests.relay import contacts

register = template.Library()


@register.simple_tag
def open_requests_of(partnership: Partnership) -> NoticeQuerySet:
    """What is open about the partnership or for one of its places."""
    return open_for(partnership.pk, [member.municipality_id for member in partnership.members.all()])


@register.simple_tag
def can_be_written_to(partnership: Partnership) -> bool:
    """Whether one of its associations has a contact to whom messages may be passed on."""
    return contacts(partnership).exists()


@register.simple_tag
def requests_path(language: str) -> str:
    """The path of the list of requests."""
    return list_path(language)

"""A mail to oneself: what readers would get, sent the way readers get it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import Page

from tasks.announcements import doorbell
from tasks.newsletter.compiled import message
from tasks.newsletter.compose import LINK_SLOT, SETTINGS_SLOT, message_id
from tasks.newsletter.models import TestMail
from tasks.newsletter.preview import parts_of

MARK = "[Test]"
LIST_HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post")


def request_test(page: Page, language: str, user: Any) -> TestMail:
    """Send the latest version of ``page`` to ``user``, whose address must be known."""
    if not user.email:
        raise ValueError("This user has no address")
    row = TestMail.objects.create(
        page_id=page.pk,
        revision=page.get_latest_revision(),
        language=language,
        address=user.email,
        requested_by=user,
        requested_at=timezone.now(),
    )
    transaction.on_commit(lambda: doorbell.ring("send_confirmations"), robust=True)
    return row


def test_message(row: TestMail) -> bytes:
    """The message; its links for subscribers lead to the form, as the editor need not be one."""
    page = row.revision.as_object() if row.revision else row.page.specific
    parts = parts_of(page, row.language)
    with override(row.language):
        form = page.get_site().root_url + reverse("newsletter:subscribe")
    headers = {name: value for name, value in parts.headers.items() if name not in LIST_HEADERS}
    parts = replace(parts, subject=f"{MARK} {parts.subject}", headers=headers)
    links = {LINK_SLOT: form, SETTINGS_SLOT: form}
    return message(parts, row.address, links, message_id(row.public_id), row.requested_at)

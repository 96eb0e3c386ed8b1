"""The bounce mailbox, where there is one: can it be opened, and may mails in it be deleted?"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from tasks.newsletter.doctor.findings import Finding, Level, Subject
from tasks.newsletter.doctor.lookup import Lookup
from tasks.newsletter.models import MailboxTrouble
from tasks.newsletter.returns.mailbox.session import opened
from tasks.newsletter.returns.mailbox.trouble import MailboxFault

ELSEWHERE = {MailboxTrouble.UNREACHABLE, MailboxTrouble.SLOW}


def check(subject: Subject, lookup: Lookup) -> Iterator[Finding]:
    """Open it as a turn of reading does, and close it again."""
    if subject.mailbox is None:
        return
    name = subject.mailbox.name
    try:
        with opened(subject.mailbox, subject.seconds):
            pass
    except MailboxFault as fault:
        level = Level.UNCHECKED if fault.trouble in ELSEWHERE else Level.WRONG
        mend = _("Mend ANTENNE_BOUNCE_MAILBOX or the account; bounces wait there until then.")
        yield Finding("Mailbox", level, f"{name}: {fault}", mend)
        return
    yield Finding("Mailbox", Level.OK, name)

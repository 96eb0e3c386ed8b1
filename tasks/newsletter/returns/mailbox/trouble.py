"""What can go wrong with the mailbox, in words that say what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tasks.newsletter.models import MailboxTrouble


class MailboxFault(Exception):
    """The mailbox cannot be read. ``said`` is what the other side answered, without the password."""

    def __init__(self, trouble: MailboxTrouble, said: str = "") -> None:
        self.trouble = trouble
        self.said = " ".join(said.split())[:500]
        super().__init__(trouble, self.said)

    def __str__(self) -> str:
        if not self.said:
            return str(self.trouble.label)
        return _("%(trouble)s (%(reply)s)") % {"trouble": self.trouble.label, "reply": self.said}

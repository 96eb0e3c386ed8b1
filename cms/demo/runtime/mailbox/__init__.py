"""A local mailbox: a real SMTP server on loopback whose mails are read in the browser.

It knows nothing of Django, so tests use the same server that the demo runs.
"""

from cms.demo.runtime.mailbox.smtp import MailServer
from cms.demo.runtime.mailbox.store import MailStore, StoredMail
from cms.demo.runtime.mailbox.web import MailboxServer

__all__ = ["MailServer", "MailStore", "MailboxServer", "StoredMail"]

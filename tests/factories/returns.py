"""Mails that come back."""

from __future__ import annotations

from django.utils import timezone

from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.models import Delivery
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

ANNA = "anna@example.org"
DSN = """From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: Mon, 23 Nov 2026 10:00:00 +0000
Message-ID: <{report}@mx.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; anna@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--b
Content-Type: text/rfc822-headers

To: anna@example.org
Message-ID: {message_id}

--b--
"""
ARF = """From: fbl@provider.example
To: abuse@example.org
Message-ID: <arf-1@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

A complaint.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Mail-From: <{return_path}>

--b
Content-Type: message/rfc822

To: anna@example.org
Subject: Kongress

Text
--b--
"""


def dsn(status: str, words: str = "no", **others: str) -> bytes:
    """A bounce with the status code ``status``."""
    fields = {"to": "bounces@example.org", "report": status, "action": "failed", "message_id": "<x@y>"}
    return DSN.format(**fields | {"status": status, "words": words} | others).encode()


def arf(return_path: str) -> bytes:
    """A complaint about the mail with this return address."""
    return ARF.format(return_path=return_path).encode()


def mail_to_anna(site_tree: SiteTree) -> Delivery:
    """A mail to Anna that the relay took."""
    subscriber("de", email=ANNA)
    publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    Delivery.objects.update(state=State.SENT, sent_at=timezone.now())
    return Delivery.objects.get()

"""Digests over SMTP, and many sweepers at once."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from tasks.announcements.route import route_due
from tasks.newsletter.digests.schedule import open_due
from tasks.newsletter.models import Delivery, Frequency, Subscriber
from tasks.newsletter.send import send_mails
from tests.doubles.smtp import Behaviour
from tests.factories.pages import build_site_tree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber
from tests.integration.test_concurrency import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def weekly_readers(number: int) -> None:
    ContentType.objects.clear_cache()
    site = build_site_tree()
    for _ in range(number):
        subscriber("de")
    Subscriber.objects.update(frequency=Frequency.WEEKLY, digest_from=timezone.now() - timedelta(days=9))
    publish(draft(site.news["de"], title="Kongress in Lyon"))
    route_due()


def test_digest_arrives_once(relay: Behaviour) -> None:
    weekly_readers(1)
    open_due(timezone.now() + timedelta(days=7))
    send_mails(10)
    send_mails(10)
    [(_address, raw)] = relay.received
    mail = message_from_bytes(raw, policy=policy.default)
    assert "Kongress in Lyon" in mail["Subject"]
    assert mail["List-Id"].endswith("<digest.de.example.org>")
    assert not mail.defects


def test_many_sweepers_freeze_a_digest_once() -> None:
    weekly_readers(20)
    later = timezone.now() + timedelta(days=7)
    assert sum(in_threads(lambda name: open_due(later))) == 1
    assert Delivery.objects.count() == 20

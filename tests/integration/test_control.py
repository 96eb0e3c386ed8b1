"""A campaign that is paused, resumed and cancelled, against a real SMTP server."""

from __future__ import annotations

import pytest

from tasks.announcements.route import route_due
from tasks.ledger import claims
from tasks.ledger.models import State
from tasks.newsletter import control
from tasks.newsletter.models import Campaign, CampaignState, Delivery
from tasks.newsletter.send import send_confirmations, send_mails
from tasks.newsletter.testmail import request_test
from tests.doubles.smtp import Behaviour
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber


@pytest.fixture
def campaign(site_tree: SiteTree, relay: Behaviour) -> Campaign:
    """Three mails that are due."""
    for name in ("anna", "bernd", "clara"):
        subscriber("de", email=f"{name}@example.org")
    publish(draft(site_tree.news["de"], title="Kongress"))
    route_due()
    return Campaign.objects.get(language="de")


def test_paused_campaign_sends_nothing_and_resumed_one_completes(campaign, relay: Behaviour) -> None:
    mine = Campaign.objects.filter(pk=campaign.pk)
    assert control.pause(mine) == 1
    send_mails(5)
    assert relay.received == []
    assert control.resume(mine) == 1
    send_mails(5)
    assert len(relay.counts()) == 3
    assert mine.get().state == CampaignState.DONE


def test_worker_cannot_begin_what_was_taken_from_it(campaign) -> None:
    held = claims.claim(Delivery.objects.all(), "worker", 10)
    control.pause(Campaign.objects.filter(pk=campaign.pk))
    assert len(held) == 3
    assert not any(claims.begin(row, "worker") for row in held)


def test_cancelled_campaign_never_sends(campaign, relay: Behaviour) -> None:
    mine = Campaign.objects.filter(pk=campaign.pk)
    control.cancel(mine)
    assert control.resume(mine) == 0
    send_mails(5)
    route_due()
    assert relay.received == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SUPPRESSED}
    assert mine.get().state == CampaignState.CANCELLED


def test_test_mail_goes_out_beside_the_confirmations(site_tree, relay: Behaviour, admin_user) -> None:
    row = request_test(draft(site_tree.news["de"], title="Kongress"), "fr", admin_user)
    send_confirmations(5)
    row.refresh_from_db()
    assert row.state == State.SENT
    assert relay.counts() == {admin_user.email: 1}

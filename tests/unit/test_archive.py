"""The public archive of mails."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from tasks.announcements.route import route_due
from tasks.newsletter.bodies import body_of
from tasks.newsletter.digests.schedule import open_due
from tasks.newsletter.digests.variants import EVERYTHING
from tasks.newsletter.models import Campaign, CampaignKind, Frequency, Subscriber
from tests.factories.pages import SiteTree, make_private
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

ARCHIVE = "/de/newsletter/archive/"


@pytest.fixture
def campaign(site_tree: SiteTree) -> Campaign:
    """A mail that German readers were sent."""
    subscriber("de")
    publish(draft(site_tree.news["de"], title="Kongress in Lyon"))
    route_due()
    return Campaign.objects.get(language="de", kind=CampaignKind.ANNOUNCEMENT)


def test_archive_lists_links_and_feeds_what_was_sent(client: Client, campaign: Campaign) -> None:
    page = client.get(ARCHIVE).content.decode()
    assert "Kongress in Lyon" in page
    assert f"{ARCHIVE}{campaign.public_id}/" in page
    assert f"{ARCHIVE}feed.atom" in page
    feed = ElementTree.fromstring(client.get(f"{ARCHIVE}feed.atom").content)
    assert [e.text for e in feed.iter("{http://www.w3.org/2005/Atom}title")][1:] == ["Kongress in Lyon"]


def test_mail_in_the_archive_has_nobodys_own_links(client: Client, campaign: Campaign) -> None:
    for address in ("", "mail/"):
        shown = client.get(f"{ARCHIVE}{campaign.public_id}/{address}").content.decode()
        assert "Kongress in Lyon" in shown
        assert "link.invalid" not in shown
        assert "/unsubscribe/" not in shown
        assert "/de/newsletter/" in shown


@pytest.mark.parametrize("kind", list(CampaignKind))
def test_mail_in_the_archive_does_not_lead_to_itself(
    client: Client, site_tree: SiteTree, kind: CampaignKind
) -> None:
    """Who reads it there reads it in the browser already."""
    subscriber("de")
    subscriber("de")
    weekly = Subscriber.objects.filter(pk=Subscriber.objects.latest("pk").pk)
    weekly.update(frequency=Frequency.WEEKLY, digest_from=timezone.now() - timedelta(days=30))
    publish(draft(site_tree.news["de"], title="Kongress in Lyon"))
    route_due()
    open_due(timezone.now() + timedelta(days=7))
    mail = Campaign.objects.get(language="de", kind=kind)
    sent = body_of(mail, EVERYTHING if kind == CampaignKind.DIGEST else "")
    for part in (sent.html, sent.text):
        assert "Im Browser lesen" in part
    for address in ("", "mail/"):
        shown = client.get(f"{ARCHIVE}{mail.public_id}/{address}").content.decode()
        assert "Kongress in Lyon" in shown
        assert "Im Browser lesen" not in shown
    assert str(mail.public_id) not in shown


def test_only_the_framed_mail_may_have_inline_styles(client: Client, campaign: Campaign) -> None:
    framed = client.get(f"{ARCHIVE}{campaign.public_id}/mail/")
    assert "style-src 'unsafe-inline'" in framed["Content-Security-Policy"]
    assert "default-src 'none'" in framed["Content-Security-Policy"]
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    around = client.get(f"{ARCHIVE}{campaign.public_id}/")
    assert "unsafe-inline" not in around["Content-Security-Policy"]


def test_visits_are_counted_but_not_looks_ahead(client: Client, campaign: Campaign) -> None:
    address = f"{ARCHIVE}{campaign.public_id}/"
    client.head(address)
    client.get(address, headers={"Sec-Purpose": "prefetch"})
    response = client.get(address)
    campaign.refresh_from_db()
    assert campaign.web_views == 1
    assert not response.cookies


@pytest.mark.parametrize("way", ["switched off", "private", "unpublished"])
def test_what_is_not_for_all_is_not_in_the_archive(client: Client, campaign: Campaign, way: str) -> None:
    page = campaign.version.page.specific
    if way == "switched off":
        Campaign.objects.update(in_archive=False)
    elif way == "private":
        make_private(page)
    else:
        page.unpublish()
    assert "Kongress in Lyon" not in client.get(ARCHIVE).content.decode()
    for address in ("", "mail/"):
        assert client.get(f"{ARCHIVE}{campaign.public_id}/{address}").status_code == 404


def test_digest_in_the_archive_leaves_out_what_is_private_by_now(client: Client, site_tree: SiteTree) -> None:
    subscriber("de")
    month_ago = timezone.now() - timedelta(days=30)
    Subscriber.objects.update(frequency=Frequency.WEEKLY, digest_from=month_ago)
    secret = publish(draft(site_tree.news["de"], title="Geheim"))
    publish(draft(site_tree.news["de"], title="Offen"))
    route_due()
    open_due(timezone.now() + timedelta(days=7))
    digest = Campaign.objects.get(period__startswith="weekly", language="de")
    address = f"{ARCHIVE}{digest.public_id}/mail/"
    assert "Geheim" in client.get(address).content.decode()
    make_private(secret)
    shown = client.get(address).content.decode()
    assert "Geheim" not in shown
    assert "Offen" in shown


def test_editors_switch_a_mail_off(client: Client, admin_user, campaign: Campaign) -> None:
    address = f"/admin/announcements/{campaign.version.page_id}/archive/"
    sent = {"campaign": str(campaign.public_id), "archive": "0"}
    client.post(address, sent)
    campaign.refresh_from_db()
    assert campaign.in_archive
    client.force_login(admin_user)
    assert client.post(address, sent).status_code == 302
    campaign.refresh_from_db()
    assert not campaign.in_archive

"""An issue made by hand: what its mail says, who gets it, and how one looks at it first."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from tasks.announcements.route import route_due
from tasks.newsletter.fit import LIMIT
from tasks.newsletter.forecast import forecast
from tasks.newsletter.issues.models import NewsletterIssuePage
from tasks.newsletter.models import Campaign, Delivery, Following, Subscriber, TestMail
from tasks.newsletter.preview import parts_of, shown
from tasks.newsletter.segments import in_segment, interested
from tasks.newsletter.testmail import test_message as message_of
from tests.factories.pages import CongressPageFactory, SiteTree, make_private
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber


def issue(tree: SiteTree, *blocks, **fields) -> NewsletterIssuePage:
    body = list(blocks) or [("heading", "Neues & mehr"), ("text", "<p>Hallo <b>alle</b></p>")]
    return draft(tree.news["de"], NewsletterIssuePage, **{"title": "Brief <1>", "body": body, **fields})


def teaser(page, **fields):
    return ("teaser", {"page": page, "title": "", "text": "", "with_image": True, **fields})


def test_mail_holds_every_block_and_escapes_it(site_tree: SiteTree) -> None:
    page = CongressPageFactory(
        parent=site_tree.news["de"],
        title="Kongress & Co",
        lead="Ein Tag",
        locale=site_tree.homes["de"].locale,
    )
    made = issue(
        site_tree,
        ("heading", "A < B"),
        teaser(page),
        ("button", {"label": "Los", "page": None, "url": "https://example.org/x"}),
        ("divider", None),
    )
    parts = parts_of(made, "de")
    soup = BeautifulSoup(parts.html, "html.parser")
    assert [h.get_text() for h in soup.find_all(["h1", "h2", "h3"])] == [
        "Brief <1>",
        "A < B",
        "Kongress & Co",
    ]
    assert soup.find("a", string="Los")["href"] == "https://example.org/x"
    for words in ("Kongress & Co", "Ein Tag", page.full_url, "https://example.org/x"):
        assert words in parts.text


def test_page_that_is_private_or_no_longer_live_is_left_out(site_tree: SiteTree) -> None:
    private, gone = (
        CongressPageFactory(parent=site_tree.news["de"], title=title) for title in ("Geheim", "Weg")
    )
    make_private(private)
    gone.unpublish()
    parts = parts_of(issue(site_tree, teaser(private), teaser(gone)), "de")
    assert "Geheim" not in parts.html + parts.text
    assert "Weg" not in parts.html + parts.text


def test_styles_are_inlined_and_dark_colours_kept(site_tree: SiteTree) -> None:
    html = parts_of(issue(site_tree), "de").html
    assert "color: #1b4b8f" in str(BeautifulSoup(html, "html.parser").body)
    assert "@media (prefers-color-scheme: dark)" in html
    made = shown(issue(site_tree), "de", "dark").content.decode()
    assert "prefers-color-scheme" not in made
    assert "link.invalid" not in made


def test_sections_of_the_mail_join_without_a_gap(site_tree: SiteTree) -> None:
    """Space comes from texts alone: sections that add theirs tear the sheet apart, above the title first."""
    soup = BeautifulSoup(parts_of(issue(site_tree), "de").html, "html.parser")
    cells = soup.select(".sheet > table > tbody > tr > td")
    paddings = [re.search(r"padding: *([^;]+)", str(cell["style"])).group(1).split() for cell in cells]
    assert len(paddings) == 5
    above, below = [sides[0] for sides in paddings], [sides[2 % len(sides)] for sides in paddings]
    assert {*above[1:], *below[:-1]} == {"0"}
    assert above[0] == below[-1] == "20px"


def test_other_languages_get_it_in_a_frame(site_tree: SiteTree) -> None:
    made = issue(site_tree)
    frame = 'class="note"'
    assert frame not in parts_of(made, "de").html
    assert frame in parts_of(made, "fr").html


@pytest.mark.parametrize("own_layout", [True, False])
def test_long_mail_is_cut_after_a_whole_paragraph(site_tree: SiteTree, own_layout: bool) -> None:
    texts = [("text", f"<p>Absatz {number} {'Wort ' * 400}Ende</p>") for number in range(90)]
    made = issue(site_tree, *texts) if own_layout else draft(site_tree.news["de"], body=texts)
    parts = parts_of(made, "de")
    assert LIMIT * 0.9 < len(parts.html.encode()) <= LIMIT
    paragraphs = [
        p.get_text()
        for p in BeautifulSoup(parts.html, "html.parser").find_all("p")
        if p.get_text().startswith("Absatz")
    ]
    assert paragraphs
    assert all(text.endswith("Ende") for text in paragraphs)
    assert "Absatz 89" not in parts.html
    assert "Absatz 89" in parts.text


def test_publishing_sends_it_to_the_chosen_readers_only(site_tree: SiteTree) -> None:
    follower, other = subscriber("de", "newsletter"), subscriber("de", "newsletter")
    Following.objects.create(subscriber=follower, subject="municipality:DE1")
    made = issue(site_tree, subjects=["municipality:DE1"])
    expected = forecast(made.get_announcement(), "de")
    publish(made)
    route_due()
    assert list(Delivery.objects.values_list("address", flat=True)) == [follower.email]
    campaign = Campaign.objects.get(language="de")
    assert campaign.excluded == expected.excluded == {"not_meant": 1}
    assert expected.recipients == 1
    assert other.email not in str(campaign.excluded)


def test_topics_and_joining_day_choose_readers(site_tree: SiteTree) -> None:
    early, late, off_topic = (
        subscriber("de", "barcamp"),
        subscriber("de", "barcamp"),
        subscriber("de", "newsletter"),
    )
    # 23:30 UTC is the next day in Berlin, where the site is.
    for person, moment in (
        (early, datetime(2026, 1, 1, 23, 30, tzinfo=UTC)),
        (late, datetime(2026, 1, 3, tzinfo=UTC)),
    ):
        Subscriber.objects.filter(pk=person.pk).update(confirmed_at=moment)
    made = issue(site_tree, topics=["barcamp"], joined_from="2026-01-02", joined_to="2026-01-02")
    content = NewsletterIssuePage.objects.get(pk=made.pk).get_announcement()
    assert set(Subscriber.objects.filter(interested(content))) == {early, late}
    assert list(Subscriber.objects.filter(interested(content), in_segment(content))) == [early]
    assert off_topic not in Subscriber.objects.filter(interested(content))


def test_publish_asks_first_and_sends_after_the_answer(admin_client: Client, site_tree: SiteTree) -> None:
    subscriber("de", "newsletter")
    made = issue(site_tree)
    url = reverse("announcements:confirm", args=[made.pk])
    assert b"1 Person" in admin_client.get(url).content or b"1 person" in admin_client.get(url).content
    assert not NewsletterIssuePage.objects.get(pk=made.pk).live
    stale = admin_client.post(url, {"revision": "0"})
    assert stale.status_code == 200
    assert not NewsletterIssuePage.objects.get(pk=made.pk).live
    admin_client.post(url, {"revision": made.latest_revision_id})
    assert NewsletterIssuePage.objects.get(pk=made.pk).live


def test_the_hook_asks_once(rf, site_tree: SiteTree) -> None:
    from tasks.wagtail_hooks import ask_before_sending

    made = issue(site_tree)
    assert ask_before_sending(rf.post("/"), made).status_code == 302
    assert ask_before_sending(rf.post("/"), publish(made)) is None


def test_mail_view_shows_numbers_and_sends_a_test(
    admin_client: Client, admin_user, site_tree: SiteTree
) -> None:
    made = issue(site_tree)
    assert admin_client.get(reverse("announcements:mail", args=[made.pk])).status_code == 200
    for look in ("light", "dark", "phone", "text"):
        reply = admin_client.get(
            reverse("announcements:frame", args=[made.pk]), {"language": "fr", "as": look}
        )
        assert "script" not in reply["Content-Security-Policy"]
        assert b"Brief" in reply.content
    admin_client.post(reverse("announcements:test", args=[made.pk]), {"language": "fr"})
    row = TestMail.objects.get()
    mail = message_from_bytes(message_of(row), policy=policy.default)
    assert (mail["To"], mail["Subject"]) == (admin_user.email, "[Test] Brief <1>")
    assert mail["List-Unsubscribe"] is None
    assert "link.invalid" not in str(mail)


def test_user_without_address_is_told(admin_client: Client, admin_user, site_tree: SiteTree) -> None:
    type(admin_user).objects.update(email="")
    admin_client.post(reverse("announcements:test", args=[issue(site_tree).pk]), {"language": "de"})
    assert not TestMail.objects.exists()

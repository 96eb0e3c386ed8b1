"""Weekly and monthly digests: when, to whom, with what in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from tasks.announcements.conservation import balances
from tasks.announcements.models import Announcement, AnnouncementVersion
from tasks.announcements.route import route_due
from tasks.ledger.models import State
from tasks.newsletter.bodies import body_of
from tasks.newsletter.digests.audience import freeze_digest
from tasks.newsletter.digests.changes import digests_with
from tasks.newsletter.digests.periods import Period, latest
from tasks.newsletter.digests.schedule import open_due
from tasks.newsletter.digests.variants import decode, encode
from tasks.newsletter.models import Campaign, CampaignKind, Delivery, Following, Frequency, Subscriber
from tasks.newsletter.sources import CampaignSource
from tests.factories.pages import SiteTree
from tests.factories.publishing import draft, publish, translation
from tests.factories.subscribers import subscriber

WEEKLY, MONTHLY = Frequency.WEEKLY, Frequency.MONTHLY


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "key", "ends_at"),
    [
        (utc(2026, 11, 16, 5, 59), "weekly 2026-W46", utc(2026, 11, 9, 6)),  # 6:59 in Berlin
        (utc(2026, 11, 16, 6), "weekly 2026-W47", utc(2026, 11, 16, 6)),
        (utc(2026, 7, 6, 5), "weekly 2026-W28", utc(2026, 7, 6, 5)),  # summer time
        (utc(2026, 10, 26, 5, 30), "weekly 2026-W43", utc(2026, 10, 19, 5)),  # the clocks went back
        (utc(2026, 10, 26, 6), "weekly 2026-W44", utc(2026, 10, 26, 6)),
        (utc(2027, 1, 3, 12), "weekly 2026-W53", utc(2026, 12, 28, 6)),
    ],
)
def test_weekly_digest_is_due_by_the_clocks_of_the_site(now: datetime, key: str, ends_at: datetime) -> None:
    period = latest(WEEKLY, now)
    assert (period.key, period.ends_at) == (key, ends_at)


@pytest.mark.parametrize(
    ("now", "key", "ends_at"),
    [
        (utc(2026, 11, 2, 5, 59), "monthly 2026-10", utc(2026, 10, 5, 5)),
        (utc(2026, 11, 2, 6), "monthly 2026-11", utc(2026, 11, 2, 6)),
        (utc(2027, 1, 1, 0), "monthly 2026-12", utc(2026, 12, 7, 6)),
    ],
)
def test_monthly_digest_is_due_on_the_first_such_day(now: datetime, key: str, ends_at: datetime) -> None:
    period = latest(MONTHLY, now)
    assert (period.key, period.ends_at) == (key, ends_at)


@pytest.mark.parametrize("frequency", [WEEKLY, MONTHLY])
def test_period_is_found_by_its_key_and_follows_the_one_before(frequency: Frequency) -> None:
    period = latest(frequency, utc(2026, 11, 24, 12))
    assert Period.of(period.key) == period
    assert latest(frequency, period.ends_at - timedelta(minutes=1)).ends_at == period.starts_at


def test_variant_names_as_many_as_fit_and_counts_the_rest() -> None:
    assert decode(encode([7, 900, 12])) == ([900, 12, 7], 0)
    many = [number * 5000 for number in range(1, 101)]
    variant = encode(many)
    keys, more = decode(variant)
    assert len(variant) <= 64
    assert keys == sorted(many, reverse=True)[: len(keys)]
    assert len(keys) + more == 100 > more > 0


def reader(language: str = "de", frequency: str = WEEKLY, *topics: str) -> Subscriber:
    """A subscriber who was told of everything until a month ago."""
    person = subscriber(language, *topics)
    Subscriber.objects.filter(pk=person.pk).update(
        frequency=frequency, digest_from=timezone.now() - timedelta(days=30)
    )
    person.refresh_from_db()
    return person


def announce(site_tree: SiteTree, **fields: str) -> Announcement:
    publish(draft(site_tree.news["de"], **fields))
    route_due()
    return Announcement.objects.latest("pk")


def next_week() -> datetime:
    return timezone.now() + timedelta(days=7)


def digest_of(person: Subscriber) -> Delivery:
    return Delivery.objects.get(subscriber=person, campaign__kind=CampaignKind.DIGEST)


def told(person: Subscriber) -> list[int]:
    return decode(digest_of(person).variant)[0]


def weekly(language: str = "de") -> Campaign:
    return Campaign.objects.filter(period__startswith="weekly", language=language).latest("pk")


def test_digest_tells_what_was_announced_in_chosen_topics_and_nothing_twice(site_tree: SiteTree) -> None:
    wanted, other = reader(), reader("de", WEEKLY, "barcamp")
    first, second = announce(site_tree, title="Eins"), announce(site_tree, title="Zwei")
    open_due(next_week())
    assert told(wanted) == [second.pk, first.pk]
    assert not Delivery.objects.filter(subscriber=other).exists()
    assert weekly().excluded == {"nothing_new": 1}
    wanted.refresh_from_db()
    assert wanted.digest_from == Period.of(weekly().period).ends_at
    open_due(next_week() + timedelta(days=7))
    assert Delivery.objects.filter(subscriber=wanted).count() == 1


def test_opening_twice_and_missed_periods_make_one_digest(site_tree: SiteTree) -> None:
    person = reader()
    announce(site_tree)
    later = next_week() + timedelta(days=28)
    assert open_due(later) == 1
    assert open_due(later) == 0
    assert told(person)
    assert Campaign.objects.filter(period__startswith="weekly", language="de").count() == 1


def test_nothing_is_written_down_for_a_digest_that_nobody_reads(site_tree: SiteTree) -> None:
    subscriber("de")
    announce(site_tree)
    assert open_due(next_week()) == 0
    assert not Campaign.objects.filter(kind=CampaignKind.DIGEST).exists()
    reader("fr", MONTHLY)
    assert open_due(next_week()) == 1
    digest = Campaign.objects.get(kind=CampaignKind.DIGEST)
    assert (digest.language, digest.period.partition(" ")[0]) == ("fr", "monthly")


def test_who_follows_a_subject_is_told_whatever_the_topic(site_tree: SiteTree) -> None:
    person = reader("de", WEEKLY, "barcamp")
    Following.objects.create(subscriber=person, subject="municipality:m-1")
    announcement = announce(site_tree)
    version = announcement.versions.get()
    version.snapshot["subjects"] = ["municipality:m-1"]
    version.save()
    open_due(next_week())
    assert told(person) == [announcement.pk]


def test_who_got_it_at_once_is_not_told_again(site_tree: SiteTree) -> None:
    person = reader("de", Frequency.AT_ONCE)
    announce(site_tree)
    Subscriber.objects.update(frequency=WEEKLY)
    open_due(next_week())
    assert [row.announcement_id is None for row in Delivery.objects.filter(subscriber=person)] == [False]


def test_who_was_told_by_digest_does_not_get_it_at_once_later(site_tree: SiteTree) -> None:
    person = reader("fr")
    page = draft(site_tree.news["de"])
    french = translation(page, "fr")
    publish(page)
    route_due()
    open_due(next_week())
    assert told(person)
    Subscriber.objects.update(frequency=Frequency.AT_ONCE)
    publish(french)
    route_due()
    campaign = Campaign.objects.get(announcement__isnull=False, language="fr")
    assert campaign.excluded == {"has_it": 1}
    assert Delivery.objects.filter(subscriber=person).count() == 1


def test_pausing_keeps_the_news_for_afterwards(site_tree: SiteTree) -> None:
    person = reader()
    Subscriber.objects.update(paused_until=timezone.localdate() + timedelta(days=3))
    announcement = announce(site_tree)
    open_due(next_week())
    assert weekly().excluded == {"paused": 1}
    Subscriber.objects.update(paused_until=None)
    open_due(next_week() + timedelta(days=7))
    assert told(person) == [announcement.pk]


def test_books_balance_for_digests(site_tree: SiteTree) -> None:
    for topic in ("congress", "barcamp", "congress"):
        reader("de", WEEKLY, topic)
    announce(site_tree)
    open_due(next_week())
    assert all(balance.holds for balance in balances())
    assert next(b for b in balances() if b.campaign == weekly().pk).candidates == 3


def test_translation_is_preferred_and_the_original_comes_with_a_note(site_tree: SiteTree) -> None:
    french, english = reader("fr"), reader("en")
    page = publish(draft(site_tree.news["de"], title="Kongress"))
    publish(translation(page, "fr", title="Congrès"))
    route_due()
    open_due(next_week())
    body = body_of(weekly("fr"), digest_of(french).variant)
    assert "Congrès" in body.text
    assert "Kongress" not in body.text
    framed = body_of(weekly("en"), digest_of(english).variant)
    assert "You are reading the original (German)." in framed.text
    assert "Kongress" in framed.subject
    assert framed.headers["Content-Language"] == "de, en"


def test_readers_of_the_same_share_one_mail(site_tree: SiteTree) -> None:
    for _ in range(3):
        reader()
    reader("de", WEEKLY, "congress", "barcamp")
    announce(site_tree)
    open_due(next_week())
    assert Delivery.objects.values("variant").distinct().count() == 1


def test_mail_stays_below_what_mail_programs_cut(site_tree: SiteTree) -> None:
    person = reader()
    for _ in range(3):
        announce(site_tree)
    for version in AnnouncementVersion.objects.all():
        version.snapshot["facts"] = [{"label": "Ort", "value": "x" * 45_000}]
        version.save()
    open_due(next_week())
    body = body_of(weekly(), digest_of(person).variant)
    assert len(body.html.encode()) < 100_000
    assert "/de/newsletter/archive/" in body.text


def test_page_that_leaves_is_taken_out_before_the_digest_is_sent(site_tree: SiteTree) -> None:
    person = reader()
    leaving = publish(draft(site_tree.news["de"], title="Zieht zurück"))
    publish(draft(site_tree.news["de"], title="Bleibt"))
    route_due()
    open_due(next_week())
    variant = digest_of(person).variant
    assert "Zieht zurück" in body_of(weekly(), variant).text
    leaving.unpublish()
    assert "Zieht zurück" not in body_of(weekly(), variant).text
    assert "Bleibt" in body_of(weekly(), variant).text
    assert digest_of(person).state == State.PENDING


def test_digest_of_which_nothing_is_left_is_not_sent(site_tree: SiteTree) -> None:
    person = reader()
    page = publish(draft(site_tree.news["de"]))
    route_due()
    open_due(next_week())
    page.unpublish()
    assert digest_of(person).state == State.SUPPRESSED


def hide(page: Page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def payloads(source: CampaignSource) -> list[str]:
    return [mail.job().payload.decode() for mail in source.claim("worker", 1, [])]


def test_page_made_private_after_freezing_is_not_in_the_next_mail(site_tree: SiteTree) -> None:
    reader(), reader(), reader()
    hidden = publish(draft(site_tree.news["de"], title="Geheim"))
    publish(draft(site_tree.news["de"], title="Bleibt"))
    route_due()
    open_due(next_week())
    source = CampaignSource(weekly())
    assert "Geheim" in payloads(source)[0]
    hide(hidden)
    for sender in (source, CampaignSource(weekly())):
        [mail] = payloads(sender)
        assert "Geheim" not in mail
        assert "Bleibt" in mail


def test_digest_whose_every_page_is_private_is_stopped(site_tree: SiteTree) -> None:
    people = [reader(), reader()]
    announce(site_tree)
    open_due(next_week())
    source = CampaignSource(weekly())
    assert payloads(source)
    hide(site_tree.news["de"])
    assert payloads(source) == []
    assert digest_of(people[1]).state == State.SUPPRESSED
    assert all(balance.holds for balance in balances())


def test_the_last_look_costs_the_same_for_few_and_many_mails(site_tree: SiteTree) -> None:
    announce(site_tree)

    def queries(readers: int, days: int) -> int:
        Subscriber.objects.all().delete()
        for number in range(readers):
            reader("de", WEEKLY, *(["congress", "barcamp"] if number % 2 else ["congress"]))
        open_due(timezone.now() + timedelta(days=days))
        source = CampaignSource(weekly())
        source.claim("worker", 1, [])
        with CaptureQueriesContext(connection) as captured:
            assert len(source.claim("worker", 400, [])) == readers - 1
        return len(captured)

    queries(2, 7)
    assert queries(5, 14) == queries(50, 21)


def test_editors_see_how_many_were_told_by_digest(site_tree: SiteTree) -> None:
    people = [reader(), reader()]
    announcement = announce(site_tree)
    open_due(next_week())
    body_of(weekly(), digest_of(people[0]).variant)
    assert digests_with([announcement.pk], announcement.release_at) == {announcement.pk: [(weekly(), 2)]}


def test_freezing_costs_the_same_for_few_and_many_readers(site_tree: SiteTree) -> None:
    announce(site_tree)
    queries_for(1, 7)  # fills what is cached per process
    assert queries_for(5, 14) == queries_for(50, 21)


def queries_for(readers: int, days: int) -> int:
    Subscriber.objects.all().delete()
    for _ in range(readers):
        reader()
    period = latest(WEEKLY, timezone.now() + timedelta(days=days))
    campaign = Campaign.objects.create(kind=CampaignKind.DIGEST, period=period.key, language="de")
    with CaptureQueriesContext(connection) as captured:
        assert freeze_digest(campaign, period) == readers
    return len(captured)

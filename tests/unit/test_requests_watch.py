"""Searches: confirmed by mail, told of what is new once a day, ended for ever by one link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from partnerships.models import NoticeMail, NoticeWatch, RequestsPage
from partnerships.requests import watching
from tests.factories.pages import SiteTree
from tests.factories.partnerships import municipality
from tests.factories.requests import link_in as link
from tests.factories.requests import notice, pages, sent_mails, topic

READER = "reader@example.org"


@pytest.fixture
def shown(site_tree: SiteTree) -> dict[str, RequestsPage]:
    """The pages of requests in German and French."""
    return pages(site_tree)


def watch(**fields: object) -> NoticeWatch:
    """A confirmed search of a French reader that knows all until now."""
    now = timezone.now()
    defaults = {"email": READER, "language": "fr", "confirmed_at": now, "seen_until": now}
    return NoticeWatch.objects.create(**{**defaults, **fields})


def test_mails_begin_after_confirming_and_end_with_one_click(
    shown: dict[str, RequestsPage], client: Client
) -> None:
    form = {"kind": "seeks_exchange_group", "email": READER, "language": "fr"}
    assert client.post(f"{shown['fr'].url}watch/", form).status_code == 302
    [asking] = sent_mails()
    notice()
    assert sent_mails() == []
    client.get(link(asking))
    assert NoticeWatch.objects.get().confirmed_at is None
    client.post(link(asking))
    assert sent_mails() == []
    fresh = notice(title_fr="Chorale", text_fr="Nous chantons.")
    [news] = sent_mails()
    assert news.to == [READER]
    assert f"{shown['fr'].url}{fresh.public_id}/" in news.body
    leaving = news.extra_headers["List-Unsubscribe"].strip("<>")
    assert news.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = leaving[leaving.index("/fr/") :]
    program = Client(enforce_csrf_checks=True)
    program.get(path)
    assert NoticeWatch.objects.exists()
    assert program.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not NoticeWatch.objects.exists()
    assert not NoticeMail.objects.filter(recipient=READER).exists()
    assert program.post(path).status_code == 200
    assert program.post(f"{path[:-2]}x/").status_code == 404


def test_at_most_one_mail_a_day_and_nothing_twice(shown: dict[str, RequestsPage]) -> None:
    search = watch()
    notice(title_de="Eins")
    [first] = sent_mails()
    notice(title_de="Zwei")
    notice(title_de="Drei")
    assert sent_mails() == []
    NoticeWatch.objects.filter(pk=search.pk).update(told_at=timezone.now() - timedelta(days=1))
    [second] = sent_mails()
    assert "Eins" in first.body
    assert "Eins" not in second.body
    assert "Zwei" in second.body
    assert "Drei" in second.body


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({}, True),
        ({"kind": "seeks_exchange_group"}, True),
        ({"kind": "offers_hosting"}, False),
        ({"region": "Niedersachsen"}, True),
        ({"region": "Normandie"}, False),
        ({"topic": "youth"}, True),
        ({"topic": "school"}, False),
        ({"topic": "youth", "kind": "seeks_exchange_group", "region": "Niedersachsen"}, True),
        ({"topic": "youth", "kind": "offers_hosting", "region": "Niedersachsen"}, False),
    ],
)
def test_only_what_fits_is_told(db: None, fields: dict[str, object], fits: bool) -> None:
    wanted = dict(fields)
    if "topic" in wanted:
        wanted["topic"] = topic(str(wanted["topic"]))
    search = watch(**wanted)
    record = notice(municipality(region="Niedersachsen"), status="in_review")
    record.topics.add(topic("youth"))
    record.status = "open"
    record.save()
    assert list(watching.new_for(search)) == ([record] if fits else [])
    assert watching.tell() == int(fits)


def test_what_ended_before_the_mail_went_is_not_told(shown: dict[str, RequestsPage]) -> None:
    watch()
    record = notice()
    assert watching.tell() == 1
    record.status = "matched"
    record.save()
    assert sent_mails() == []

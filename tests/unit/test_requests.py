"""Requests and offers: sent in, confirmed, published, found, extended, over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partnerships.models import Notice, NoticeMail, RequestsPage
from partnerships.requests import links, sending_in
from partnerships.requests.finding import (
    find,
    open_request_partnership_ids,
    partnerships_with_open_requests,
)
from tests.factories.pages import SiteTree
from tests.factories.partnerships import municipality, partnership, partnership_page
from tests.factories.requests import SENDER, link_in, notice, pages, sent_mails, topic


@pytest.fixture
def shown(site_tree: SiteTree) -> dict[str, RequestsPage]:
    """The pages of requests in German and French."""
    return pages(site_tree)


def form(**fields: str) -> dict[str, str]:
    """What the browser sends for a choir from Celle."""
    return {
        "kind": "seeks_exchange_group",
        "place": "Celle",
        "title_de": "Chor gesucht",
        "text_de": "Wir singen gern.",
        "expires_on": (timezone.localdate() + timedelta(days=100)).isoformat(),
        "name": "Anna Sängerin",
        "email": SENDER,
        "language": "de",
        **fields,
    }


def test_a_request_is_seen_only_after_its_sender_and_an_editor_agreed(
    shown: dict[str, RequestsPage], client: Client
) -> None:
    municipality("Celle")
    listed, detail = shown["de"].url, f"{shown['de'].url}{{}}/"
    assert client.post(f"{listed}new/", form()).status_code == 302
    record = Notice.objects.get()
    assert record.status == "unconfirmed"
    [asking] = sent_mails()
    assert asking.to == [SENDER]
    path = link_in(asking)
    client.get(path)  # a scanner that follows the link
    record.refresh_from_db()
    assert record.status == "unconfirmed"
    client.post(path)
    record.refresh_from_db()
    assert record.status == "in_review"
    assert b"Chor gesucht" not in client.get(listed).content
    assert client.get(detail.format(record.public_id)).status_code == 404
    record.status = "open"
    record.save()
    assert b"Chor gesucht" in client.get(listed).content
    page = client.get(detail.format(record.public_id))
    assert page.status_code == 200
    assert SENDER.encode() not in page.content
    assert b"Anna" not in page.content
    [told] = sent_mails()
    assert told.to == [SENDER]
    assert record.public_id in told.body
    record.save()
    assert sent_mails() == []


def test_a_link_confirms_for_72_hours_and_only_if_it_is_ours(
    shown: dict[str, RequestsPage], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = notice(status="unconfirmed")
    token = links.token("confirm_notice", record.public_id)
    assert client.post(f"/de/requests/confirm/{token}x/").status_code == 404
    assert client.post(f"/de/requests/manage/{token}/").status_code == 404
    now = timezone.now().timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 73 * 3600)
    assert client.post(f"/de/requests/confirm/{token}/").status_code == 404
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 71 * 3600)
    assert client.post(f"/de/requests/confirm/{token}/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"place": "Nowhere"}, "place"),
        ({"place": "Neustadt"}, "place"),
        ({"title_de": "", "text_de": ""}, "title_de"),
        ({"text_de": ""}, "text_de"),
        ({"expires_on": "2999-01-01"}, "expires_on"),
        ({"email": "no address"}, "email"),
    ],
)
def test_what_is_missing_or_ambiguous_is_asked_for(
    shown: dict[str, RequestsPage], client: Client, fields: dict[str, str], field: str
) -> None:
    municipality("Celle")
    twins = [municipality("Neustadt", district="Here"), municipality("Neustadt", district="There")]
    answer = client.post(f"{shown['de'].url}new/", form(**fields))
    errors = answer.context["form"].errors
    assert set(errors) == {field}
    if fields.get("place") == "Neustadt":
        assert all(twin.official_code in errors["place"][0] for twin in twins)
    assert not Notice.objects.exists()


def test_a_place_of_a_name_that_several_have_can_be_given_by_its_code(
    shown: dict[str, RequestsPage], client: Client
) -> None:
    municipality("Neustadt", district="Here")
    meant = municipality("Neustadt", district="There")
    client.post(f"{shown['de'].url}new/", form(place=meant.official_code))
    assert Notice.objects.get().municipality == meant


def test_programs_get_the_same_answer_and_leave_nothing(
    shown: dict[str, RequestsPage], client: Client
) -> None:
    municipality("Celle")
    answer = client.post(f"{shown['de'].url}new/", form(website="https://spam.example"))
    assert answer.status_code == 302
    assert not Notice.objects.exists()
    assert not NoticeMail.objects.exists()


def test_without_the_proof_one_network_sends_in_little(
    shown: dict[str, RequestsPage], client: Client
) -> None:
    municipality("Celle")
    codes = [
        client.post(f"{shown['de'].url}new/", form(email=f"p{number}@example.org")).status_code
        for number in range(3)
    ]
    assert codes == [302, 302, 429]


def test_filters_find_what_fits(db: None) -> None:
    german, french = municipality("Celle"), municipality("Yvetot", "FR")
    choir = notice(german)
    choir.topics.add(topic("youth"))
    beds = notice(french, kind="offers_hosting", title_fr="Hébergement", text_fr="Des lits.")
    assert list(find()) == [beds, choir]
    assert list(find(direction="offer")) == [beds]
    assert list(find(direction="request")) == [choir]
    assert list(find(kind="offers_hosting")) == [beds]
    assert list(find(country="DE")) == [choir]
    assert list(find(topic="youth")) == [choir]
    assert list(find(q="hebergement")) == [beds]
    assert list(find(q="celle chor")) == [choir]


def test_the_facets_know_whose_requests_are_open(db: None) -> None:
    agreement, place = partnership(), municipality()
    of_the_place = partnership(place, municipality(country="FR"))
    notice(place, partnership=agreement)
    notice(status="in_review", partnership=partnership())
    notice(expires_on=timezone.localdate() - timedelta(days=1), partnership=partnership())
    assert open_request_partnership_ids() == {agreement.pk}
    assert partnerships_with_open_requests() == {agreement.pk, of_the_place.pk}


def test_the_other_language_is_shown_and_marked(shown: dict[str, RequestsPage], client: Client) -> None:
    record = notice()
    html = client.get(f"{shown['fr'].url}{record.public_id}/").content.decode()
    assert '<h1 lang="de">Chor gesucht</h1>' in html
    both = notice(title_fr="Chorale", text_fr="Nous chantons.")
    html = client.get(f"{shown['fr'].url}{both.public_id}/").content.decode()
    assert "<h1>Chorale</h1>" in html
    assert "Chor gesucht" not in html


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "matched"},
        {"status": "withdrawn"},
        {"expires_on": timezone.localdate() - timedelta(days=1)},
    ],
)
def test_what_is_over_is_gone_from_lists_and_its_page_says_so(
    shown: dict[str, RequestsPage], client: Client, fields: dict[str, object]
) -> None:
    record = notice(**fields)
    assert b"Chor gesucht" not in client.get(shown["de"].url).content
    assert b"Chor gesucht" not in client.get(f"{shown['de'].url}feed/").content
    page = client.get(f"{shown['de'].url}{record.public_id}/")
    assert page.status_code == 410
    assert 'role="status"' in page.content.decode()
    assert client.get(f"/de/requests/{record.public_id}/write/").status_code == 404


def test_a_year_is_the_most(db: None) -> None:
    record = notice()
    record.expires_on = timezone.localdate() + timedelta(days=365)
    record.clean()
    record.expires_on += timedelta(days=1)
    with pytest.raises(ValidationError):
        record.clean()


def test_two_reminders_each_once_and_new_ones_after_extending(
    shown: dict[str, RequestsPage], client: Client
) -> None:
    published = timezone.now() - timedelta(days=100)
    record = notice(published_at=published, expires_on=timezone.localdate() + timedelta(days=31))
    assert sent_mails() == []
    _runs_out_in(record, 30)
    [first] = sent_mails()
    assert sent_mails() == []
    _runs_out_in(record, 7)
    [second] = sent_mails()
    assert sent_mails() == []
    path = link_in(second)
    assert link_in(first) == path
    client.get(path)
    record.refresh_from_db()
    assert record.expires_on == timezone.localdate() + timedelta(days=7)
    client.post(path, {"act": "extend"})
    record.refresh_from_db()
    assert record.expires_on == timezone.localdate() + sending_in.EXTENSION
    _runs_out_in(record, 29)
    assert len(sent_mails()) == 1


def test_who_publishes_for_three_weeks_is_not_reminded_at_once(db: None) -> None:
    notice(expires_on=timezone.localdate() + timedelta(days=21))
    assert sent_mails() == []


def _runs_out_in(record: Notice, days: int) -> None:
    Notice.objects.filter(pk=record.pk).update(expires_on=timezone.localdate() + timedelta(days=days))


@pytest.mark.parametrize(("act", "status"), [("matched", "matched"), ("withdraw", "withdrawn")])
def test_its_sender_ends_it_by_post(
    shown: dict[str, RequestsPage], client: Client, act: str, status: str
) -> None:
    record = notice()
    path = f"/fr/requests/manage/{links.token('manage', record.public_id)}/"
    assert client.get(path).status_code == 200
    client.post(path, {"act": act})
    record.refresh_from_db()
    assert record.status == status
    client.post(path, {"act": "extend"})
    record.refresh_from_db()
    assert record.status == status


def test_the_sweeper_closes_what_is_over_and_forgets_what_nobody_confirmed(db: None) -> None:
    over = notice(expires_on=timezone.localdate() - timedelta(days=1))
    today = notice(expires_on=timezone.localdate())
    notice(status="unconfirmed", created_at=timezone.now() - timedelta(days=8))
    young = notice(status="unconfirmed")
    sending_in.expire()
    assert {record.pk: record.status for record in Notice.objects.all()} == {
        over.pk: "expired",
        today.pk: "open",
        young.pk: "unconfirmed",
    }


def test_partnership_pages_list_what_is_open(site_tree: SiteTree, client: Client) -> None:
    shown = pages(site_tree)
    agreement = partnership()
    page = partnership_page(shown["de"].get_parent().specific, agreement)
    assert "Chor gesucht" not in client.get(page.url).content.decode()
    notice(agreement.members.first().municipality)
    notice(title_de="Woanders")
    html = client.get(page.url).content.decode()
    assert "Chor gesucht" in html
    assert "Woanders" not in html


def test_the_feed_is_atom_in_the_language_of_its_page(shown: dict[str, RequestsPage], client: Client) -> None:
    notice(title_fr="Chorale & amis", text_fr="<b>Nous</b>")
    answer = client.get(f"{shown['fr'].url}feed/")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert "Chorale &amp; amis" in text
    assert 'xml:lang="fr"' in text
    assert "<b>" not in text
    assert SENDER not in text


def test_the_api_knows_no_person(shown: dict[str, RequestsPage], client: Client) -> None:
    record = notice()
    notice(status="in_review")
    listed = client.get("/api/delivery/v1/requests").json()
    assert listed["count"] == 1
    assert listed["items"][0]["texts"] == {"de": {"title": "Chor gesucht", "text": "Wir singen gern."}}
    one = client.get(f"/api/delivery/v1/requests/{record.public_id}")
    assert one.json() == listed["items"][0]
    assert SENDER not in one.content.decode()
    assert "Anna" not in one.content.decode()
    assert client.get("/api/delivery/v1/requests?kind=nonsense").status_code == 400
    assert client.get("/api/delivery/v1/requests?direction=offer").json()["count"] == 0


@pytest.mark.parametrize("path", ["", "feed/", "api"])
def test_lists_take_as_many_queries_for_fifty_as_for_five(
    shown: dict[str, RequestsPage], client: Client, path: str
) -> None:
    url = "/api/delivery/v1/requests?limit=100" if path == "api" else f"{shown['de'].url}{path}"
    for _number in range(5):
        notice().topics.add(topic("youth"))
    client.get(url)
    few = _queries(client, url)
    for _number in range(45):
        notice().topics.add(topic("school"))
    assert _queries(client, url) == few


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)

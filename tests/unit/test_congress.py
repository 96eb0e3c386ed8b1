"""Congress announcements: dates in words, fact sheet, what is announced, what machines read."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils.translation import override

from cms.dates import day_in_words, event_period
from cms.forms import EventPageForm
from cms.models import CongressPage
from tests.factories.pages import CongressPageFactory, FunderLineFactory, SiteTree

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")


def event(start: datetime | None, end: datetime | None = None, **fields: Any) -> CongressPage:
    return CongressPage(starts_at=start, ends_at=end, **fields)


TWO_DAYS = (datetime(2026, 4, 10, 15, tzinfo=BERLIN), datetime(2026, 4, 11, 17, tzinfo=BERLIN))
ONE_DAY = (datetime(2025, 11, 25, 14, tzinfo=BERLIN), datetime(2025, 11, 25, 17, 30, tzinfo=BERLIN))


@pytest.mark.parametrize(
    ("language", "dates", "words"),
    [
        ("de", TWO_DAYS, "Freitag, 10. April 2026, 15:00 Uhr bis Samstag, 11. April 2026, 17:00 Uhr"),
        ("fr", TWO_DAYS, "du vendredi 10 avril 2026 à 15 h au samedi 11 avril 2026 à 17 h"),
        ("en", TWO_DAYS, "Friday 10 April 2026, 15:00 to Saturday 11 April 2026, 17:00"),
        ("de", ONE_DAY, "Dienstag, 25. November 2025, 14:00 bis 17:30 Uhr"),
        ("fr", ONE_DAY, "mardi 25 novembre 2025, de 14 h à 17 h 30"),
        ("en", ONE_DAY, "Tuesday 25 November 2025, 14:00 to 17:30"),
        ("de", ONE_DAY[:1], "Dienstag, 25. November 2025, 14:00 Uhr"),
        ("xx", ONE_DAY[:1], "Tuesday 25 November 2025, 14:00"),
    ],
)
def test_period_is_said_in_words(language: str, dates: tuple[datetime, ...], words: str) -> None:
    assert event_period(event(*dates), language).replace("\u00a0", " ") == words


def test_period_by_day_says_whether_times_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    days = event(
        datetime(2026, 5, 1, tzinfo=BERLIN), datetime(2026, 5, 2, tzinfo=BERLIN), date_precision="day"
    )
    assert event_period(days, "de") == "Freitag, 1. Mai 2026 bis Samstag, 2. Mai 2026 (Uhrzeiten folgen)"
    monkeypatch.setattr(CongressPage, "times_follow", False)
    assert event_period(days, "fr") == "du vendredi 1er mai 2026 au samedi 2 mai 2026"


def test_period_while_open_is_the_editors_note() -> None:
    noted = event(*TWO_DAYS, date_precision="open", date_note="10. und 11. April, Einzelheiten folgen")
    assert event_period(noted, "de") == "10. und 11. April, Einzelheiten folgen"
    assert event_period(event(None), "fr") == "Date à préciser"


def test_period_names_a_zone_with_other_clocks() -> None:
    abroad = event(datetime(2026, 4, 10, 15, tzinfo=ZoneInfo("Europe/London")), time_zone="Europe/London")
    assert event_period(abroad, "en") == "Friday 10 April 2026, 15:00 (BST)"
    assert "(" not in event_period(event(TWO_DAYS[0], time_zone="Europe/Paris"), "fr")


def test_day_in_words_follows_the_language() -> None:
    assert day_in_words(datetime(2026, 4, 10).date(), "fr") == "vendredi 10 avril 2026"  # noqa: DTZ001


def full_congress(tree: SiteTree, **fields: Any) -> CongressPage:
    page: CongressPage = CongressPageFactory(
        parent=tree.news["de"],
        title="Kongress",
        slug="kongress",
        lead="Zwei Tage.",
        languages=["de", "fr"],
        registration_required=True,
        places_limited=True,
        registration_url="https://example.org/register",
        registration_opens="Workshops ab Kalenderwoche 12",
        hashtags="#Jumelage Städtepartnerschaft",
        call='<p data-block-key="k">Ideen gesucht.</p>',
        funder=FunderLineFactory(text="Gefördert vom Amt."),
        **fields,
    )
    page.programme = [("day", {"date": TWO_DAYS[0].date(), "title": "", "entries": [entry("Konzert")]})]
    page.body = [("text", f'<p data-block-key="b"><a linktype="page" id="{tree.news["de"].pk}">News</a></p>')]
    page.save()
    return CongressPage.objects.get(pk=page.pk)


def entry(title: str) -> dict[str, Any]:
    return {"title": title, "starts": None, "ends": None, "text": "", "speaker": "Barbara Zimmer"}


@pytest.mark.django_db
def test_announcement_says_everything_in_the_pages_language(site_tree: SiteTree) -> None:
    page = full_congress(site_tree)
    with override("fr"):
        said = page.get_announcement()
    assert (said.title, said.lead, said.locale, said.topic) == ("Kongress", "Zwei Tage.", "de", "congress")
    assert said.url == "http://testserver/de/aktuelles/kongress/"
    assert said.hashtags == ("Jumelage", "Städtepartnerschaft")
    assert said.funder == "Gefördert vom Amt."
    assert (said.starts_at, said.ends_at) == (page.starts_at, page.ends_at)
    values = [fact.value for fact in said.facts]
    assert "Freitag, 10. April 2026, 15:00 Uhr bis Samstag, 11. April 2026, 17:00 Uhr" in values
    assert "Haus der Jugend, Maschstraße 22-24, 30169 Hannover" in values
    assert any("Workshops ab Kalenderwoche 12." in value for value in values)
    assert '<a href="http://testserver/de/aktuelles/">News</a>' in said.body_html
    assert "Konzert" in said.body_html
    assert "Ideen gesucht." in said.body_html
    assert "data-block-key" not in said.body_html


@pytest.mark.django_db
def test_announcement_survives_as_json(site_tree: SiteTree) -> None:
    said = full_congress(site_tree).get_announcement()
    assert type(said).from_json(json.loads(json.dumps(said.to_json()))) == said


@pytest.mark.django_db
def test_facts_leave_out_what_is_not_known(site_tree: SiteTree) -> None:
    page = CongressPageFactory(
        parent=site_tree.news["de"],
        starts_at=None,
        ends_at=None,
        date_precision="open",
        date_note="10. und 11. April",
        venue_name="",
        venue_address="",
    )
    assert [fact.value for fact in page.announcement_facts()] == ["10. und 11. April"]


@pytest.mark.django_db
def test_funder_line_is_shown_in_the_language_of_the_page(client: Client, site_tree: SiteTree) -> None:
    german = FunderLineFactory(text="Gefördert vom Amt.")
    FunderLineFactory(
        text="Soutenu par l'office.",
        translation_key=german.translation_key,
        locale=site_tree.homes["fr"].locale,
    )
    page = CongressPageFactory(parent=site_tree.news["fr"], slug="congres", funder=german)
    assert page.get_announcement().funder == "Soutenu par l'office."
    assert "Soutenu par l&#x27;office." in client.get("/fr/actualites/congres/").content.decode()


@pytest.mark.django_db
def test_page_shows_facts_programme_and_registration(client: Client, site_tree: SiteTree) -> None:
    ahead = {"starts_at": datetime(2999, 4, 10, 13, tzinfo=UTC), "ends_at": None}
    full_congress(site_tree, **ahead)
    content = client.get("/de/aktuelles/kongress/").content.decode()
    assert 'href="https://example.org/register"' in content
    for words in ("Konzert", "Barbara Zimmer", "Ideen gesucht.", "Gefördert vom Amt.", "Haus der Jugend"):
        assert words in content


@pytest.mark.django_db
def test_page_no_longer_invites_to_what_is_over(client: Client, site_tree: SiteTree) -> None:
    past = {"starts_at": datetime(2020, 4, 10, 13, tzinfo=UTC), "ends_at": None}
    full_congress(site_tree, **past)
    assert "https://example.org/register" not in client.get("/de/aktuelles/kongress/").content.decode()


@pytest.mark.django_db
def test_json_ld_is_a_schema_org_event_and_cannot_leave_its_element(
    client: Client, site_tree: SiteTree
) -> None:
    CongressPageFactory(parent=site_tree.news["de"], slug="k", title="</script><script>alert(1)</script>")
    content = client.get("/de/aktuelles/k/").content.decode()
    assert "<script>alert" not in content
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', content, re.DOTALL)
    assert found is not None
    data = json.loads(found.group(1))
    assert data["@type"] == "Event"
    assert data["name"] == "</script><script>alert(1)</script>"
    assert data["startDate"] == "2026-04-10T15:00:00+02:00"
    assert data["location"]["name"] == "Haus der Jugend"


@pytest.mark.django_db
def test_json_ld_gives_no_more_than_is_known(site_tree: SiteTree) -> None:
    by_day = CongressPageFactory(parent=site_tree.news["de"], date_precision="day")
    assert by_day.json_ld()["startDate"] == "2026-04-10"
    still_open = CongressPageFactory(
        parent=site_tree.news["de"], date_precision="open", venue_name="", venue_address=""
    )
    assert {"startDate", "endDate", "location"}.isdisjoint(still_open.json_ld())


@pytest.mark.django_db
def test_open_dates_ask_for_words(site_tree: SiteTree) -> None:
    page = CongressPageFactory(parent=site_tree.news["de"], date_precision="open", date_note="")
    assert page.get_announcement().facts[0].value == "Termin folgt"


@pytest.mark.django_db
def test_editor_types_the_time_of_the_place(site_tree: SiteTree) -> None:
    page = CongressPageFactory(
        parent=site_tree.news["de"],
        time_zone="Europe/London",
        starts_at=datetime(2026, 4, 10, 15, tzinfo=ZoneInfo("Europe/London")),
        ends_at=None,
    )
    form_class = CongressPage.get_edit_handler().get_form_class()
    assert issubclass(form_class, EventPageForm)
    user = SimpleNamespace(pk=None, has_perm=lambda *args: True)
    shown = form_class(instance=page, for_user=user, parent_page=site_tree.news["de"])
    assert shown.initial["starts_at"] == datetime(2026, 4, 10, 15)  # noqa: DTZ001
    streams = {"body-count": "0", "programme-count": "0"}
    data = {"time_zone": "Europe/London", "starts_at": "2026-04-10 16:00", **streams}
    form = form_class(data, instance=page, for_user=user, parent_page=site_tree.news["de"])
    form.is_valid()
    assert form.cleaned_data["starts_at"] == datetime(2026, 4, 10, 16, tzinfo=ZoneInfo("Europe/London"))

"""The funding finder as page, calendar and API, and the records in the admin."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from partnerships.funding import demo
from partnerships.models import FundingPage, FundingProgramme
from tests.factories.funding import funding_pages, programme
from tests.factories.pages import SiteTree

API = "/api/delivery/v1/funding"
TODAY = timezone.localdate()
ROLLING = {"kind": "rolling"}


@pytest.fixture
def pages(site_tree: SiteTree) -> dict[str, FundingPage]:
    return funding_pages(site_tree)


def names(html: str) -> list[str]:
    return re.findall(r'<h3 class="funding__name"><a [^>]*>(.*?)</a>', html)


def named(name: str) -> dict[str, str]:
    return {f"name_{language}": name for language in ("de", "fr", "en")}


def test_what_fits_comes_first_then_what_is_due_first(pages: dict[str, FundingPage], client: Client) -> None:
    soon, later = (TODAY + timedelta(days=days) for days in (10, 20))
    programme({"kind": "dated", "day": later}, **named("Later"), applicants=["association"])
    programme(ROLLING, **named("Rolling"), applicants=["association"])
    programme({"kind": "dated", "day": soon}, **named("Soon"), applicants=["association"])
    programme({"kind": "dated", "day": soon}, **named("Unknown"))
    programme({"kind": "dated", "day": soon}, **named("Schools"), applicants=["school"])
    programme(ROLLING, **named("Hidden"), is_listed=False)
    html = client.get(f"{pages['de'].url}?who=association").content.decode()
    assert names(html) == ["Soon", "Later", "Rolling", "Unknown", "Schools"]
    body = client.get(f"{API}?who=association").json()
    assert [item["name"] for item in body["items"]] == names(html)
    fits = ["fits", "fits", "fits", "may_fit", "does_not_fit"]
    assert [item["fit"] for item in body["items"]] == fits
    assert body["items"][0]["next_deadline"] == soon.isoformat()


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_name_is_in_the_language_of_the_page(
    pages: dict[str, FundingPage], client: Client, language: str
) -> None:
    programme(name_de="Deutsch", name_fr="Français", name_en="English", text_de="Bonn", text_fr="Lyon")
    html = client.get(pages[language].url).content.decode()
    assert names(html) == ["Deutsch" if language == "de" else "Français"]
    assert ("Bonn" in html, "Lyon" in html) == (language == "de", language == "fr")
    assert "style=" not in html


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("people=many", "people"),
        ("people=0", "people"),
        ("people=3&young=4", "young"),
        ("begins=2020-01-01", "begins"),
        ("begins=31.02.2030", "begins"),
        ("who=dragon", "who"),
    ],
)
def test_bad_input_is_an_error_at_its_field(
    pages: dict[str, FundingPage], client: Client, query: str, field: str
) -> None:
    programme(ROLLING)
    response = client.get(f"{pages['de'].url}?{query}")
    html = response.content.decode()
    assert response.status_code == 200
    assert re.findall(r'class="form__error" id="funding-(\w+)_error"', html) == [field]
    assert len(names(html)) == 1
    assert client.get(f"{API}?{query}").status_code == 400


def test_a_date_may_be_typed_as_people_write_it(pages: dict[str, FundingPage], client: Client) -> None:
    programme({"kind": "before", "weeks": 2})
    begins = TODAY + timedelta(days=30)
    html = client.get(f"{pages['de'].url}?begins={begins:%d.%m.%Y}").content.decode()
    assert "form__error" not in html
    assert f'value="{begins}"' in html or f'value="{begins:%d.%m.%Y}"' in html


def test_a_stale_record_says_so(pages: dict[str, FundingPage], client: Client) -> None:
    record = programme(ROLLING, checked_on=TODAY)
    assert "notice--warning" not in client.get(pages["de"].url).content.decode()
    FundingProgramme.objects.filter(pk=record.pk).update(checked_on=TODAY - timedelta(days=366))
    assert "notice--warning" in client.get(pages["de"].url).content.decode()


@pytest.mark.parametrize("path", ["page", "calendar", "api"])
def test_50_need_as_many_queries_as_5(pages: dict[str, FundingPage], client: Client, path: str) -> None:
    url = {"page": pages["fr"].url, "calendar": f"{pages['fr'].url}calendar/", "api": API}[path]

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    for _ in range(5):
        programme(ROLLING, {"kind": "yearly", "month": 3, "day_of_month": 1})
    queries()
    few = queries()
    for _ in range(45):
        programme(ROLLING, {"kind": "yearly", "month": 3, "day_of_month": 1})
    assert queries() == few


def test_calendar_holds_the_dates_to_come(pages: dict[str, FundingPage], client: Client) -> None:
    day = TODAY + timedelta(days=3)
    long = "Jumelage, échange; fête " * 12
    programme({"kind": "dated", "day": day}, **named("A, b; c"), key="one", text_fr=f"{long}\nEnde")
    programme({"kind": "dated", "day": TODAY - timedelta(days=1)}, key="past")
    programme({"kind": "dated", "day": day}, key="hidden", is_listed=False)
    programme({"kind": "dated", "day": day}, key="ended", condition="ended")
    programme({"kind": "yearly", "month": 2, "day_of_month": 29}, key="leap")
    response = client.get(f"{pages['fr'].url}calendar/")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    raw = response.content
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    text = raw.decode().replace("\r\n ", "")
    uids = re.findall(r"UID:funding-(\w+)-(\d+)@", text)
    assert [key for key, _day in uids] == ["leap", "leap", "one"]
    assert uids[2][1] == f"{day:%Y%m%d}"
    assert "A\\, b\\; c" in text
    assert f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}" in text
    assert long.replace(",", "\\,").replace(";", "\\;") in text
    assert "\\nEnde" in text
    assert raw.endswith(b"END:VCALENDAR\r\n")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["foo=1", "locale=xx", "who=a&who=b", "begins=soon"])
def test_api_refuses_what_it_does_not_know(client: Client, query: str) -> None:
    assert client.get(f"{API}?{query}").status_code == 400


@pytest.mark.django_db
def test_api_gives_reasons_in_the_language_asked_for(client: Client) -> None:
    programme({"kind": "yearly", "month": 3, "day_of_month": 1}, applicants=["school"], people_min=3)
    item = client.get(f"{API}?who=association&people=2&locale=en").json()["items"][0]
    assert [(reason["rule"], reason["fit"]) for reason in item["reasons"]] == [
        ("who", "does_not_fit"),
        ("size", "does_not_fit"),
        ("deadline", "fits"),
    ]
    deadline = {"kind": "yearly", "day": None, "month": 3, "day_of_month": 1, "weeks": None}
    assert item["deadlines"] == [deadline]


@pytest.mark.django_db
def test_demo_brings_real_programmes_once_and_says_what_is_not_known(client: Client) -> None:
    demo.load()
    demo.load()
    for record in FundingProgramme.objects.all():
        record.full_clean()
    items = {item["key"]: item for item in client.get(API).json()["items"]}
    assert len(items) == len(demo.PROGRAMMES)
    fund = items["citizens-fund"]
    assert (fund["people_min"], fund["share_max"], fund["amount_max"]) == (3, 80, 50_000)
    assert items["dfjw-ofaj"]["deadlines"] == []
    assert items["dfjw-ofaj"]["amount_max"] is None


def form(**fields: Any) -> dict[str, Any]:
    texts = {f"text_{language}": "" for language in ("de", "fr", "en")}
    boxes = {"applicants": ["association", "school"]}
    flat = nested_form_data(
        {
            **named("Fonds"),
            **texts,
            "key": "fonds",
            "funder": "F",
            "url": "https://example.org/",
            "condition": "open",
            "deadlines": inline_formset([{"kind": "yearly", "month": 2, "day_of_month": 29}]),
            **fields,
        }
    )
    return {**flat, **boxes}


@pytest.mark.django_db
def test_editor_writes_a_programme_with_its_deadlines(admin_client: Client) -> None:
    url = reverse("wagtailsnippets_partnerships_fundingprogramme:add")
    assert admin_client.get(url).status_code == 200
    assert admin_client.post(url, form()).status_code == 302
    record = FundingProgramme.objects.get()
    assert record.applicants == ["association", "school"]
    assert [deadline.day_of_month for deadline in record.deadlines.all()] == [29]
    edit = reverse("wagtailsnippets_partnerships_fundingprogramme:edit", args=[record.pk])
    html = admin_client.get(edit).content.decode()
    assert re.findall(r'name="applicants" value="(\w+)"[^>]*checked', html) == ["association", "school"]


@pytest.mark.django_db
def test_editor_is_told_what_is_wrong(admin_client: Client) -> None:
    url = reverse("wagtailsnippets_partnerships_fundingprogramme:add")
    wrong = inline_formset([{"kind": "yearly", "month": 2, "day_of_month": 30}])
    assert admin_client.post(url, form(deadlines=wrong)).status_code == 200
    assert admin_client.post(url, form(people_min=5, people_max=2)).status_code == 200
    assert not FundingProgramme.objects.exists()


def test_every_field_explains_itself() -> None:
    fields = [field for field in FundingProgramme._meta.fields if field.editable and field.name != "id"]
    assert [field.name for field in fields if not field.help_text] == []

"""The figures of the directory against a plain count, and the pages that show them."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from partnerships.domain.distance import haversine_km
from partnerships.models import DirectoryPage, Municipality, Partnership, StatisticsPage, Topic
from partnerships.statistics.charts import as_csv, charts
from partnerships.statistics.numbers import DISTANCES, SIZES, numbers, span
from tests.factories.pages import SiteTree
from tests.factories.partnerships import directory, municipality, part_of, partnership

API = "/api/delivery/v1/statistics"
TODAY = timezone.localdate


@pytest.fixture
def pages(site_tree: SiteTree) -> dict[str, StatisticsPage]:
    """The statistics below the directory in German and French."""
    found = {}
    for language, parent in directory(site_tree).items():
        page = StatisticsPage(title="Statistik", slug="statistik", locale=parent.locale, live=False)
        DirectoryPage.objects.get(pk=parent.pk).add_child(instance=page)
        page.save_revision().publish()
        found[language] = StatisticsPage.objects.get(pk=page.pk)
    return found


def a_place(dice: random.Random, country: str) -> Municipality:
    is_placed = dice.random() < 0.85
    region = dice.choice(["Hessen", "Bayern", ""] if country == "DE" else ["Normandie", "Corse"])
    return municipality(
        country=country,
        region=region,
        population=dice.choice([None, 0, 1_999, 2_000, dice.randrange(200_000)]),
        lat=dice.uniform(43, 54) if is_placed else None,
        lon=dice.uniform(0, 14) if is_placed else None,
    )


def fill(dice: random.Random, number: int) -> None:
    """Partnerships of every sort, some of three places, some of a part, some not listed."""
    topics = list(Topic.objects.all())
    days = [None, 0, 364, 365, 366, 729, 730, 731, 2000]
    for _ in range(number):
        places = [
            a_place(dice, country)
            for country in dice.choice(["DF", "DF", "DFF", "DD"])
            .replace("D", "DE ")
            .replace("F", "FR ")
            .split()
        ]
        if dice.random() < 0.2:
            places[0] = part_of(places[0], f"Teil {places[0].pk}")
        age = dice.choice(days)
        record = partnership(
            *places,
            year_signed=dice.choice([None, 1950, 1959, 1960, 1999, 2020]),
            kind=dice.choice(["partnership", "friendship", "contact"]),
            status=dice.choice(["active", "dormant", "unknown"]),
            verified=dice.choice(["yes", "no", "self_reported"]),
            last_confirmed_on=None if age is None else TODAY() - timedelta(days=age),
            is_listed=dice.random() < 0.8,
        )
        record.topics = dice.sample(topics, dice.randrange(3))
        record.save()


def members(record: Partnership) -> list[Municipality]:
    return [member.municipality for member in record.members.all()]


def size_classes(record: Partnership) -> set[str]:
    known = [place.population for place in members(record) if place.population is not None]
    fits = {span(low, high) for low, high in SIZES for size in known if low <= size <= (high or 10**9)}
    return fits or {"unknown"}


def distance_class(record: Partnership) -> set[str]:
    placed = [(member.side, member.municipality.position) for member in record.members.all()]
    apart = [
        haversine_km(start, end)
        for side, start in placed
        for other, end in placed
        if start and end and side != other
    ]
    if not apart:
        return {"unknown"}
    return {span(low, high) for low, high in DISTANCES if low <= min(apart) < (high or 10**9)}


def confirmed(record: Partnership) -> set[str]:
    if record.last_confirmed_on is None:
        return {"never"}
    days = (TODAY() - record.last_confirmed_on).days
    return {"year" if days <= 365 else "two_years" if days <= 730 else "longer"}


def regions(country: str) -> Any:
    return lambda record: {
        f"{country}:{place.region}" for place in members(record) if place.country == country and place.region
    }


PLAIN: dict[str, Any] = {
    "decade": lambda record: {str(record.year_signed // 10 * 10) if record.year_signed else "unknown"},
    "region_de": regions("DE"),
    "region_fr": regions("FR"),
    "size": size_classes,
    "topic": lambda record: {topic.key for topic in record.topics.all()},
    "kind": lambda record: {record.kind},
    "status": lambda record: {record.status},
    "confirmed": confirmed,
    "verified": lambda record: {record.verified},
    "distance": distance_class,
}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_is_what_a_plain_count_gives(seed: int) -> None:
    fill(random.Random(seed), 60)
    listed = list(Partnership.objects.filter(is_listed=True))
    found = numbers()
    assert found.total == len(listed) < 60
    assert set(found.by) == set(PLAIN)
    for chart, values in PLAIN.items():
        expected = Counter(value for record in listed for value in values(record))
        assert {value: number for value, number in found.by[chart] if number} == expected, chart


@pytest.mark.django_db
def test_neighbours_on_one_side_are_not_apart() -> None:
    near, beside = municipality(lat=52.0, lon=10.0), municipality(lat=52.1, lon=10.0)
    record = partnership(near, beside, municipality(country="FR", lat=49.0, lon=1.0))
    record.members.filter(municipality=beside).update(side="a")
    found = {value: number for value, number in numbers().by["distance"] if number}
    assert found == {"500-750": 1}


@pytest.mark.django_db
def test_decades_without_a_signing_keep_their_place() -> None:
    for year in (1951, 1987, None):
        partnership(year_signed=year)
    decades = [("1950", 1), ("1960", 0), ("1970", 0), ("1980", 1), ("unknown", 1)]
    assert list(numbers().by["decade"]) == decades


@pytest.mark.django_db
def test_figures_follow_a_change_and_are_otherwise_remembered() -> None:
    record = partnership(last_confirmed_on=None)
    first = numbers()
    assert numbers() is first
    record.last_confirmed_on = TODAY()
    record.save()
    assert dict(numbers().by["confirmed"]) == {"year": 1, "two_years": 0, "longer": 0, "never": 0}


@pytest.mark.django_db
def test_an_empty_directory_has_figures_too() -> None:
    found = numbers()
    assert found.total == 0
    assert "decade" in found.by
    assert all(bar.width == 0 for chart in charts(found) for bar in chart.bars)


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html).strip()


@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_link_leads_to_as_many_as_it_says(
    pages: dict[str, StatisticsPage], client: Client, language: str
) -> None:
    fill(random.Random(3), 25)
    html = client.get(pages[language].url).content.decode()
    links = re.findall(r'<td class="chart__count"><a href="([^"]+)">(\d+)</a>', html)
    assert len(links) > 15
    for url, number in links:
        target = client.get(url.replace("&amp;", "&").partition("#")[0]).content.decode()
        heading = plain(re.search(r'<h2 id="results">(.*?)</h2>', target, re.DOTALL)[1])
        assert heading.split()[0] == number, url


def test_the_plot_says_the_same_as_the_table(pages: dict[str, StatisticsPage], client: Client) -> None:
    fill(random.Random(4), 25)
    html = client.get(pages["de"].url).content.decode()
    assert "style=" not in html
    plots = re.findall(r"<svg class=\"chart__plot\".*?</svg>", html, re.DOTALL)
    tables = re.findall(r"<tbody>.*?</tbody>", html, re.DOTALL)
    assert len(plots) == len(tables) == 10
    for plot, table in zip(plots, tables, strict=True):
        assert re.search(r"<title [^>]*>[^<]+</title>\s*<desc [^>]*>[^<]+</desc>", plot)
        drawn = zip(
            re.findall(r'chart__label"[^>]*>(.*?)</text>', plot),
            re.findall(r'chart__number"[^>]*>(.*?)</text>', plot),
            strict=True,
        )
        rows = re.findall(r'<th scope="row">(.*?)</th><td[^>]*>(.*?)</td>', table)
        assert list(drawn) == [(label, plain(cell)) for label, cell in rows]


@pytest.mark.parametrize("language", ["de", "fr"])
def test_page_needs_as_many_queries_for_50_as_for_5(
    pages: dict[str, StatisticsPage], client: Client, language: str
) -> None:
    def queries() -> int:
        client.get(pages[language].url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(pages[language].url).status_code == 200
        return len(captured)

    fill(random.Random(5), 5)
    few = queries()
    fill(random.Random(6), 45)
    assert queries() == few


def test_file_and_api_have_the_same_numbers(pages: dict[str, StatisticsPage], client: Client) -> None:
    fill(random.Random(7), 20)
    response = client.get(f"{pages['de'].url}csv/")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    body = client.get(API).json()
    assert body["count"] == numbers().total
    of_api = [
        (chart["key"], value["value"], value["partnerships"])
        for chart in body["charts"]
        for value in chart["values"]
    ]
    assert [(row["chart"], row["value"], int(row["partnerships"])) for row in rows] == of_api
    assert of_api == [(key, *row) for key, counts in numbers().by.items() for row in counts]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["locale=xx", "page=2", "locale=de&locale=fr"])
def test_api_refuses_what_it_does_not_know(client: Client, query: str) -> None:
    assert client.get(f"{API}?{query}").status_code == 400


@pytest.mark.django_db
def test_no_label_of_the_file_is_a_formula() -> None:
    topic = Topic.objects.create(key="evil", name_de="=1+1", name_fr="=1+1", name_en="=1+1")
    record = partnership()
    record.topics = [topic]
    record.save()
    with override("de"):
        rows = list(csv.reader(io.StringIO(as_csv(numbers()))))
    assert ["topic", "evil", "'=1+1", "1"] in rows

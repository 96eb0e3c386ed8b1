"""What partners do together, and whom one may write to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from partnerships.domain.presentation import partnership_facts
from partnerships.models import Association, ContactPoint, Municipality, Partnership, Topic
from tests.factories.partnerships import municipality, partnership

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def contact(**fields: Any) -> ContactPoint:
    """A contact that may be written to."""
    association, _ = Association.objects.get_or_create(name="Freundeskreis")
    defaults = {
        "role": "Vorsitz",
        "email": "vorsitz@example.org",
        "visibility": "relay",
        "consent_given_on": TODAY,
    }
    return ContactPoint.objects.create(association=association, **{**defaults, **fields})


@pytest.mark.parametrize(
    ("fields", "is_reachable"),
    [
        ({}, True),
        ({"visibility": "public"}, True),
        ({"visibility": "internal"}, False),
        ({"email": ""}, False),
        ({"consent_given_on": None}, False),
        ({"consent_expires_on": TODAY}, True),
        ({"consent_expires_on": TODAY - timedelta(days=1)}, False),
    ],
)
def test_only_who_agreed_and_still_agrees_is_written_to(fields: dict[str, Any], is_reachable: bool) -> None:
    one = contact(**fields)
    assert one.is_reachable is is_reachable
    assert ContactPoint.objects.reachable().exists() is is_reachable


def test_a_topic_has_a_name_in_each_language() -> None:
    topic = Topic(key="youth", name_de="Jugend", name_fr="Jeunesse", name_en="Youth")
    assert [topic.label(language) for language in ("de", "fr", "en", "pl")] == [
        *("Jugend", "Jeunesse", "Youth", "Youth")
    ]


def test_the_page_tells_history_and_life() -> None:
    record = partnership(
        year_of_first_contact=1958,
        year_signed=1962,
        years_renewed="1987, 2012",
        languages="de, fr",
        rhythm="alternating",
        next_exchange_on=date(2027, 5, 6),
        usual_participants=1200,
    )
    record.topics.set(
        [Topic.objects.create(key="choirs", name_de="Chöre", name_fr="Chœurs", name_en="Choirs")]
    )
    record.save()
    with override("fr"):
        facts = {str(fact.label): str(fact.value) for fact in partnership_facts(record)}
    assert facts["Premier contact"] == "1958"
    assert facts["Renouvelé"] == "1987, 2012"
    assert facts["Thèmes"] == "Chœurs"
    assert facts["Langues"] == "allemand, français"
    assert facts["Prochain échange"] == "6 mai 2027"
    assert facts["Nombre habituel de participants"].replace("\u202f", " ").replace("\xa0", " ") == "1 200"


def test_nothing_ends_before_it_began() -> None:
    with pytest.raises(ValidationError, match="year_ended"):
        Partnership(year_signed=1970, year_ended=1960).clean()
    with pytest.raises(ValidationError):
        Municipality(
            name="X", country="DE", valid_from=date(2000, 1, 1), valid_to=date(1999, 1, 1)
        ).full_clean()


def test_a_place_is_found_by_its_postcode() -> None:
    place = municipality("Celle", postcodes="29221 29223")
    assert "29223" in place.search_text

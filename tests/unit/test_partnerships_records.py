"""What the records hold true: codes, ids, search text."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from partnerships.domain.index.current import current
from partnerships.domain.index.filters import Filters
from partnerships.domain.rows import members_of, title_of
from partnerships.models import Association, Municipality, Partnership, PartnershipIdentifier
from tests.factories.partnerships import municipality, part_of, partnership

pytestmark = pytest.mark.django_db


def found(q: str) -> list[str]:
    """Titles that a search for ``q`` finds."""
    keys = current().find(Filters(q=q)).keys
    members = members_of(keys)
    return [title_of(members[key]) for key in keys]


def test_parts_share_the_code_of_the_whole() -> None:
    hannover = municipality("Hannover", official_code="03241001")
    ahlem = part_of(hannover, "Ahlem")
    misburg = part_of(hannover, "Misburg")
    assert [hannover.public_id, ahlem.public_id, misburg.public_id] == [
        "DE03241001",
        "DE03241001-ahlem",
        "DE03241001-misburg",
    ]


def test_two_municipalities_with_one_code_are_refused() -> None:
    municipality("Hannover", official_code="03241001")
    with pytest.raises(IntegrityError), transaction.atomic():
        municipality("Hanover", official_code="03241001", public_id="other")


def test_part_of_the_same_name_is_refused() -> None:
    hannover = municipality("Hannover", official_code="03241001")
    part_of(hannover, "Ahlem")
    with pytest.raises(IntegrityError), transaction.atomic():
        part_of(hannover, "Ahlem", public_id="other")


def test_code_without_its_type_is_refused() -> None:
    with pytest.raises(ValidationError, match="gehören zusammen"):
        Municipality(country="DE", name="Ort", official_code="03241001").full_clean()


def test_circle_of_wholes_is_refused() -> None:
    whole = municipality("Walsrode")
    part = part_of(whole, "Bomlitz")
    whole.parent = part
    with pytest.raises(ValidationError, match="auf sich selbst"):
        whole.full_clean()


def test_part_without_position_has_that_of_the_whole() -> None:
    assert part_of(municipality(lat=52.9, lon=9.65), "Bomlitz").position == (52.9, 9.65)
    assert municipality(lat=None, lon=None).position is None


def test_partnership_gets_its_id_from_its_members() -> None:
    record = partnership(
        municipality(official_code="03241001"), municipality(country="FR", official_code="66136")
    )
    assert record.public_id == "DE03241001-FR66136"


def test_second_agreement_of_the_same_places_gets_another_id() -> None:
    places = municipality(official_code="03241001"), municipality(country="FR", official_code="66136")
    partnership(*places)
    assert partnership(*places).public_id == "DE03241001-FR66136-2"


def test_id_of_a_deleted_partnership_is_not_used_again() -> None:
    places = municipality(official_code="03241001"), municipality(country="FR", official_code="66136")
    partnership(*places).delete()
    assert PartnershipIdentifier.objects.get(identifier="DE03241001-FR66136").partnership is None
    assert partnership(*places).public_id == "DE03241001-FR66136-2"
    with pytest.raises(ValidationError, match="anderen Städtepartnerschaft"):
        Partnership(public_id="DE03241001-FR66136").save()


def test_municipality_of_a_partnership_cannot_be_deleted() -> None:
    place = municipality()
    partnership(place, municipality(country="FR"))
    with pytest.raises(ProtectedError):
        place.delete()


def test_search_finds_members_wholes_successors_and_former_names() -> None:
    cherbourg = municipality("Cherbourg-en-Cotentin", "FR")
    tourlaville = part_of(cherbourg, "Tourlaville", successor=cherbourg)
    poiraie = municipality("Domfront en Poiraie", "FR")
    part_of(poiraie, "Domfront", successor=poiraie)
    partnership(municipality("Northeim"), tourlaville)
    partnership(municipality("Burgwedel"), poiraie)
    assert found("cherbourg") == ["Northeim – Tourlaville (Cherbourg-en-Cotentin)"]
    assert found("tourlaville northeim") == ["Northeim – Tourlaville (Cherbourg-en-Cotentin)"]
    assert found("domfront") == ["Burgwedel – Domfront en Poiraie"]
    assert found("tourlaville burgwedel") == []


def test_search_follows_changes_of_names() -> None:
    place = municipality("Hannover")
    partnership(place, municipality("Rouen", "FR"))
    assert found("Hanovre") == []
    place.name_fr = "Hanovre"
    place.save()
    assert found("Hanovre") == ["Hannover – Rouen"]


def test_search_follows_a_merger() -> None:
    bomlitz = municipality("Bomlitz")
    partnership(bomlitz, municipality("Blainville-sur-Orne", "FR"))
    bomlitz.successor = municipality("Walsrode")
    bomlitz.save()
    assert found("walsrode") == ["Bomlitz (Walsrode) – Blainville-sur-Orne"]


def test_search_follows_associations() -> None:
    record = partnership(municipality("Celle"), municipality("Meudon", "FR"))
    association = Association.objects.create(name="Freundeskreis Élysée")
    association.partnerships.add(record)
    association.save()
    assert found("freundeskreis elysee") == ["Celle – Meudon"]
    association.partnerships.clear()
    association.save()
    assert found("freundeskreis") == []


def test_unlisted_partnership_is_not_found() -> None:
    partnership(municipality("Celle"), municipality("Meudon", "FR"), is_listed=False)
    assert found("celle") == []


def test_percent_sign_is_no_wildcard() -> None:
    partnership()
    assert found("%") == []
    assert found("_") == []

"""Times as other systems write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tasks.newsletter.importing import values
from tasks.newsletter.importing.run import import_file
from tasks.newsletter.importing.settings import ImportSettings
from tasks.newsletter.models import Subscriber

SUMMER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-12 10:11:12.123456 +0000 UTC", datetime(2024, 5, 12, 10, 11, 12, 123456, UTC)),
        ("2024-05-12 10:11:12.123456789 +0200 CEST", datetime(2024, 5, 12, 10, 11, 12, 123456, SUMMER)),
        ("2024-05-12 10:11:12 +0200 +0200", datetime(2024, 5, 12, 10, 11, 12, tzinfo=SUMMER)),
        ("2024-05-12T10:11:12.123456Z", datetime(2024, 5, 12, 10, 11, 12, 123456, UTC)),
        ("2024-05-12T10:11:12+02:00", datetime(2024, 5, 12, 10, 11, 12, tzinfo=SUMMER)),
        ("2024-05-12", datetime(2024, 5, 12, tzinfo=UTC)),
        ("12.05.2024 10:11", datetime(2024, 5, 12, 10, 11, tzinfo=UTC)),
    ],
)
def test_times_are_understood(text: str, moment: datetime) -> None:
    assert values.moment(text) == moment


@pytest.mark.parametrize(
    "text", ["2024-13-12 10:11:12 +0000 UTC", "2024-05-12 10:11:12 UTC", "2999-01-01T00:00:00Z"]
)
def test_what_is_no_time_is_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=text[:10]):
        values.moment(text)


@pytest.mark.django_db
def test_a_listmonk_file_keeps_when_people_subscribed(tmp_path: Path) -> None:
    file = tmp_path / "subscribers.csv"
    file.write_text(
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        "4b6f,a@example.org,A,{},enabled,2023-02-01 08:00:00.5 +0000 UTC,2024-01-01 08:00:00 +0000 UTC\n"
    )
    report = import_file(file, ImportSettings("Old system", language="de", topics=("congress",)))
    assert report.problems == []
    assert Subscriber.objects.get().created_at == datetime(2023, 2, 1, 8, 0, 0, 500000, UTC)

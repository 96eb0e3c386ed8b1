"""When a connection ends, as services say it: sometimes they say nonsense."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.social.accounts import oauth
from tasks.social.facebook.channel import _end
from tasks.social.meta.oauth import ends_in
from tasks.social.models import SocialAccount
from tests.factories.social import account as stored

pytestmark = pytest.mark.django_db


def fresh(account: SocialAccount) -> SocialAccount:
    return SocialAccount.objects.get(pk=account.pk)


@pytest.mark.parametrize(
    "ends", [None, "", "soon", 5, True, [], {}, -1.5, "9" * 400, "99999-01-01", "2027-02-30T00:00:00"]
)
def test_an_end_that_makes_no_sense_is_none(ends: Any) -> None:
    made = stored("noticeboard", trouble="old", silence="old", warned_of="trouble")
    oauth.renew(made, {"access_token": "new", "expires_at": ends})
    kept = fresh(made)
    assert (kept.credentials, kept.expires_at) == ({"access_token": "new"}, None)
    assert (kept.trouble, kept.silence, kept.warned_of) == ("", "", "")


@pytest.mark.parametrize("seconds", [None, 0, -5, True, "3600", 10**30, [], 1.5])
def test_a_number_of_seconds_that_makes_no_sense_is_no_end(seconds: Any) -> None:
    assert ends_in(seconds) == {}


def test_an_end_without_a_zone_is_in_our_own() -> None:
    made = stored("noticeboard")
    oauth.renew(made, {"expires_at": "2027-01-01T12:00:00"})
    assert fresh(made).expires_at == datetime(2027, 1, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize("moment", [None, 0, -1, True, 10**30, "1790000000", []])
def test_a_moment_that_makes_no_sense_is_no_end(moment: Any) -> None:
    assert _end({"expires_at": moment}) is None
    assert _end({"expires_at": moment, "data_access_expires_at": 1_790_000_000}) == datetime.fromtimestamp(
        1_790_000_000, UTC
    )

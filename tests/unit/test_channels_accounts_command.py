"""``manage.py channels``: the list, a look at the accounts, new keys."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tasks.social.channel import AuthFailed, Health, Retryable
from tasks.social.models import SocialAccount
from tasks.social.noticeboard.channel import NoticeboardChannel
from tests.factories.social import account as stored

pytestmark = pytest.mark.django_db


def run(*arguments: str, code: int = 0) -> str:
    """What the command prints; it ends with ``code``."""
    out = StringIO()
    if code:
        with pytest.raises(SystemExit) as ended:
            call_command("channels", *arguments, stdout=out)
        assert ended.value.code == code
    else:
        call_command("channels", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the notice board says of each account, by name."""
    said: dict[str, Any] = {}

    def probe(channel: NoticeboardChannel, account: SocialAccount) -> Health:
        found = said.get(account.name, Health("@brett"))
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(NoticeboardChannel, "probe", probe)
    return said


def secrets_as_stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM tasks_socialaccount ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_the_list_says_what_each_channel_can_do_and_who_has_it() -> None:
    stored("noticeboard")
    found = json.loads(run("list", "--json"))
    assert found["noticeboard"]["accounts"] == 1
    assert found["mastodon"]["accounts"] == 0
    assert (found["mastodon"]["experimental"], found["linkedin"]["experimental"]) == (False, True)
    assert found["mastodon"]["capabilities"]["oauth"] is True
    (line,) = [line for line in run().splitlines() if line.startswith("linkedin")]
    assert "experimental" in line


def test_a_look_at_all_active_accounts(answers: dict[str, Any]) -> None:
    first = stored("noticeboard", name="Eins")
    stored("noticeboard", name="Aus", active=False)
    assert list(json.loads(run("probe", "--json"))) == [f"{first.pk} Eins"]
    first.refresh_from_db()
    assert first.remote_name == "@brett"


@pytest.mark.parametrize("error", [AuthFailed("token revoked"), Retryable("no route to host")])
def test_an_account_that_is_refused_or_out_of_reach_is_an_error(
    answers: dict[str, Any], error: Exception
) -> None:
    answers["Zwei"] = error
    one, two = stored("noticeboard", name="Eins"), stored("noticeboard", name="Zwei")
    assert json.loads(run("probe", "--json", code=1))[f"{two.pk} Zwei"] == str(error)
    assert str(error) not in run("probe", "Eins")
    assert str(error) in run("probe", str(two.pk), code=1)
    assert one.name in run("probe", str(one.pk))


def test_an_account_that_does_not_exist_is_a_usage_error() -> None:
    stored("noticeboard", name="Eins")
    with pytest.raises(CommandError, match="Eins") as ended:
        call_command("channels", "probe", "Drei")
    assert ended.value.returncode == 2


def test_after_the_rotation_the_old_key_is_not_needed(settings: Any) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["old"]
    stored("noticeboard", credentials={"token": "geheim"}, session={"jwt": "kurz"})
    settings.ANTENNE_ENCRYPTION_KEYS = ["new", "old"]
    assert json.loads(run("rotate-keys", "--json"))["unreadable"] == []
    settings.ANTENNE_ENCRYPTION_KEYS = ["new"]
    account = SocialAccount.objects.get()
    assert (account.credentials, account.session) == ({"token": "geheim"}, {"jwt": "kurz"})


def test_a_secret_that_no_key_fits_is_named_and_kept(settings: Any) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["lost"]
    account = stored("noticeboard", credentials={"token": "geheim"})
    before = secrets_as_stored()
    settings.ANTENNE_ENCRYPTION_KEYS = ["new"]
    assert f"tasks.SocialAccount {account.pk}: credentials" in run("rotate-keys", code=1)
    assert secrets_as_stored() == before

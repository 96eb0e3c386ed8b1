"""The secrets of webhooks on the command line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tasks.social.models import SocialAccount
from tasks.social.webhook.calls import signed
from tasks.social.webhook.forms import new_secret
from tests.factories.social import account

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("webhook_secret", *arguments, stdout=out)
    return out.getvalue().strip()


def endpoint(name: str = "Front end") -> SocialAccount:
    return account("webhook", name=name, credentials={"signing_secret": new_secret()})


def test_the_secret_is_printed_by_name_or_number() -> None:
    made = endpoint()
    assert run("Front end") == run(str(made.pk)) == made.credentials["signing_secret"]


def test_a_new_secret_holds_beside_the_old_one_for_a_while() -> None:
    made = endpoint()
    fresh = run("Front end", "--rotate")
    made.refresh_from_db()
    old = made.credentials["old_secret"]
    assert fresh.startswith("whsec_")
    assert fresh == made.credentials["signing_secret"] != old
    assert len(signed(made, "antenne-1", "{}")["webhook-signature"].split()) == 2


def test_an_account_that_is_not_there_is_named_with_those_that_are() -> None:
    made = endpoint()
    account("noticeboard", name="Brett", credentials={"signing_secret": "other"})
    with pytest.raises(CommandError, match=f"No webhook.*“Brett”.*{made.pk} “Front end”"):
        run("Brett")


def test_two_accounts_of_one_name_are_told_apart_by_number() -> None:
    endpoint(), endpoint()
    with pytest.raises(CommandError, match="2 webhook accounts"):
        run("Front end")

"""Secrets at rest."""

from __future__ import annotations

import copy

import pytest
from django.db import connection
from django.test import Client

from cms.crypto import decrypt, encrypt
from tasks.social.models import SocialAccount


def test_what_is_encrypted_can_be_read_again_and_differs_each_time(settings) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["one"]
    first, second = encrypt("geheim"), encrypt("geheim")
    assert first != second
    assert "geheim" not in first
    assert decrypt(first) == decrypt(second) == "geheim"


def test_keys_can_be_rotated(settings) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["old"]
    token = encrypt("geheim")
    settings.ANTENNE_ENCRYPTION_KEYS = ["new", "old"]
    assert decrypt(token) == "geheim"
    renewed = encrypt("geheim")
    settings.ANTENNE_ENCRYPTION_KEYS = ["new"]
    assert decrypt(renewed) == "geheim"


def test_a_token_that_no_key_fits_is_empty_and_no_crash(settings) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["old"]
    token = encrypt("geheim")
    settings.ANTENNE_ENCRYPTION_KEYS = ["new"]
    assert decrypt(token) == ""


def stored_token() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM tasks_socialaccount")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_saving_without_the_key_keeps_the_secret(settings) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["right"]
    SocialAccount.objects.create(name="A", channel="noticeboard", credentials={"token": "geheim"})
    before = stored_token()
    settings.ANTENNE_ENCRYPTION_KEYS = ["wrong"]
    account = copy.deepcopy(SocialAccount.objects.get())
    assert account.credentials == {}
    account.name = "B"
    account.save()
    assert stored_token() == before
    settings.ANTENNE_ENCRYPTION_KEYS = ["right"]
    assert SocialAccount.objects.get().credentials == {"token": "geheim"}
    assert SocialAccount.objects.get().name == "B"


@pytest.mark.django_db
def test_a_new_secret_replaces_one_that_no_key_fits(settings) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["right"]
    SocialAccount.objects.create(name="A", channel="noticeboard", credentials={"token": "geheim"})
    settings.ANTENNE_ENCRYPTION_KEYS = ["wrong"]
    account = SocialAccount.objects.get()
    account.credentials = {"token": "neu"}
    account.save()
    assert SocialAccount.objects.get().credentials == {"token": "neu"}


@pytest.mark.django_db
def test_the_form_without_the_key_keeps_the_secret(settings, admin_client: Client) -> None:
    settings.ANTENNE_ENCRYPTION_KEYS = ["right"]
    account = SocialAccount.objects.create(name="A", channel="noticeboard", credentials={"token": "geheim"})
    before = stored_token()
    settings.ANTENNE_ENCRYPTION_KEYS = ["wrong"]
    general = {"template": "{title}", "min_gap": "5", "daily_cap": "25", "when_changed": "edit"}
    admin_client.post(f"/admin/social-accounts/{account.pk}/", {"name": "B", "active": "on", **general})
    assert SocialAccount.objects.get().name == "B"
    assert stored_token() == before

"""What the demo writes into its database besides content: the site's address and the login."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from cms.demo.runtime.database import USERNAME, CountApplied, demo_login, migrate, place_site, stored_password
from cms.demo.runtime.steps import Progress


@pytest.mark.django_db
def test_the_site_answers_where_the_demo_runs_and_a_second_run_writes_nothing() -> None:
    place_site(8123)
    site = Site.objects.get(is_default_site=True)
    assert site.root_url == "http://localhost:8123"
    with CaptureQueriesContext(
        connection,
    ) as queries:
        place_site(8123)
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


@pytest.mark.django_db
def test_the_editor_can_log_in_with_the_stored_password(tmp_path: Path) -> None:
    password = demo_login(tmp_path)
    assert demo_login(tmp_path) == password
    user = authenticate(username=USERNAME, password=password)
    assert user is not None
    assert user.has_perm("wagtailadmin.access_admin")
    assert set(user.groups.values_list("name", flat=True)) == {"Editors", "Moderators"}


def test_the_password_is_this_installations_own_and_private(tmp_path: Path) -> None:
    first, second = stored_password(tmp_path / "a"), stored_password(tmp_path / "b")
    assert first != second
    assert first == stored_password(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_a_migrated_database_is_left_alone() -> None:
    said: list[Progress] = []
    migrate(said.append)
    assert said == []


def test_applied_migrations_are_counted() -> None:
    said: list[Progress] = []
    output = CountApplied(2, said.append)
    for text in ("  Applying cms.0001_initial...", " OK\n", "  Applying cms.0002_next...", " OK\n"):
        output.write(text)
    assert said == [Progress(1, 2, "migrations"), Progress(2, 2, "migrations")]

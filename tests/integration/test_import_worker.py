"""An import of the admin with a real worker and broker, one that is killed among them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tasks.newsletter.models import ConsentRecord, ImportState, ImportUpload, Subscriber, SubscriberImport
from tests.doubles.processes import Broker, environment, wait_until, worker
from tests.factories.imports import CHOICES, HEAD, at, lines, press_import, uploaded

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 12_000


@pytest.fixture
def env(broker: Broker) -> dict[str, str]:
    return environment(broker.url, django_settings.EMAIL_PORT)


def state(row: SubscriberImport) -> str:
    row.refresh_from_db()
    return row.state


def test_a_worker_checks_and_imports_what_the_editor_asks_for(
    admin_client: Client, env: dict[str, str], tmp_path: Path
) -> None:
    row = uploaded(admin_client, HEAD + lines(50) + "nobody;de;congress;X\n")
    with worker(env, tmp_path / "worker.log"):
        admin_client.post(at(row, "columns"), CHOICES)
        wait_until(lambda: state(row) == ImportState.CHECKED, 30, "the file is not checked")
        assert (row.outcomes, row.report["faulty"], Subscriber.objects.count()) == ({"created": 50}, 1, 0)
        press_import(admin_client, row)
        wait_until(lambda: state(row) == ImportState.FINISHED, 30, "the people are not imported")
    assert Subscriber.objects.count() == 50
    assert not ImportUpload.objects.exists()


def test_kill_9_in_mid_import_loses_nobody_and_takes_nobody_twice(
    admin_client: Client, env: dict[str, str], tmp_path: Path
) -> None:
    row = uploaded(admin_client, HEAD + lines(PEOPLE))
    admin_client.post(at(row, "columns"), CHOICES)
    with worker(env, tmp_path / "first.log") as first:
        wait_until(lambda: state(row) == ImportState.CHECKED, 60, "the file is not checked")
        press_import(admin_client, row)
        wait_until(lambda: state(row) and row.rows_done >= 1000, 30, "nothing is being imported")
        first.kill()
    assert state(row) == ImportState.RUNNING
    assert row.rows_done < PEOPLE, "the worker was killed too late to prove anything"
    assert Subscriber.objects.count() == row.rows_done
    with worker(env, tmp_path / "second.log"):
        wait_until(lambda: state(row) == ImportState.FINISHED, 90, "the second worker does not finish")
    assert row.outcomes == {"created": PEOPLE}
    assert Subscriber.objects.count() == PEOPLE
    assert ConsentRecord.objects.values("subscriber").distinct().count() == PEOPLE
    assert ConsentRecord.objects.count() == PEOPLE

"""A real worker, a real broker and a real SMTP server, and what happens when one of them fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType

from tasks.announcements.conservation import balances
from tasks.ledger.models import OPEN_STATES, State
from tasks.newsletter.models import Campaign, CampaignKind, CampaignState, Delivery
from tests.doubles.processes import CONNECTIONS_OF_A_PROCESS, PROJECT, Broker, environment, wait_until, worker
from tests.doubles.smtp import Behaviour
from tests.factories.pages import SiteTree, build_site_tree
from tests.factories.publishing import draft, publish
from tests.factories.subscribers import subscriber

pytestmark = pytest.mark.django_db(transaction=True)

RECIPIENTS = 60
CONNECTIONS = 2 * CONNECTIONS_OF_A_PROCESS


@pytest.fixture
def site(transactional_db: None) -> SiteTree:
    ContentType.objects.clear_cache()
    return build_site_tree()


@pytest.fixture
def env(broker: Broker, relay: Behaviour) -> dict[str, str]:
    return environment(broker.url, django_settings.EMAIL_PORT)


def announce(site: SiteTree, recipients: int = RECIPIENTS) -> list[str]:
    """Publish a page that ``recipients`` readers are to hear of; returns their addresses."""
    addresses = [subscriber("de").email for _ in range(recipients)]
    publish(draft(site.news["de"], title="Kongress"))
    return addresses


def all_done() -> bool:
    """Whether the German campaign has come to an end."""
    campaign = Campaign.objects.filter(language="de", kind=CampaignKind.ANNOUNCEMENT).first()
    return campaign is not None and campaign.state == CampaignState.DONE


def unknown() -> set[str]:
    return set(Delivery.objects.filter(state=State.UNKNOWN).values_list("address", flat=True))


def test_the_doorbell_starts_the_mails_without_any_sweep(
    site: SiteTree, broker: Broker, relay: Behaviour, env: dict[str, str], tmp_path: Path
) -> None:
    with worker(env, tmp_path / "worker.log", beat=False):
        addresses = announce(site, 5)
        ring = "from tasks.announcements.doorbell import ring; ring()"
        subprocess.run([sys.executable, "manage.py", "shell", "-c", ring], cwd=PROJECT, env=env, check=True)
        wait_until(all_done, 15, "the mails are not out")
    assert relay.counts() == dict.fromkeys(addresses, 1)


def test_kill_9_in_mid_send_loses_nobody_and_writes_to_nobody_twice(
    site: SiteTree, relay: Behaviour, env: dict[str, str], tmp_path: Path
) -> None:
    relay.delay = 0.05
    with worker(env, tmp_path / "first.log") as first:
        addresses = announce(site)
        wait_until(lambda: len(relay.received) >= 10, 30, "nothing is being sent")
        first.kill()
    killed_after = len(relay.received)
    assert killed_after < RECIPIENTS, "the worker was killed too late to prove anything"
    assert Delivery.objects.filter(state__in=OPEN_STATES).exists()
    relay.delay = 0.0
    with worker(env, tmp_path / "second.log"):
        wait_until(all_done, 40, "the second worker does not finish")
    received = relay.counts()
    assert set(received.values()) == {1}, "somebody was written to twice"
    assert set(addresses) == set(received) | unknown(), "somebody was lost"
    assert len(unknown()) <= CONNECTIONS
    assert all(balance.holds for balance in balances())


def test_flushall_in_mid_send_costs_time_and_nothing_else(
    site: SiteTree, broker: Broker, relay: Behaviour, env: dict[str, str], tmp_path: Path
) -> None:
    relay.delay = 0.05
    with worker(env, tmp_path / "worker.log"):
        addresses = announce(site)
        wait_until(lambda: len(relay.received) >= 10, 30, "nothing is being sent")
        for _ in range(5):
            broker.client.flushall()
            time.sleep(0.2)
        wait_until(all_done, 40, "the worker does not finish")
    assert relay.counts() == dict.fromkeys(addresses, 1)
    assert not unknown()


def test_two_workers_and_two_beats_do_everything_once(
    site: SiteTree, relay: Behaviour, env: dict[str, str], tmp_path: Path
) -> None:
    relay.delay = 0.02
    with worker(env, tmp_path / "one.log"), worker(env, tmp_path / "two.log"):
        addresses = announce(site)
        wait_until(all_done, 40, "the workers do not finish")
    assert relay.counts() == dict.fromkeys(addresses, 1)


def test_without_any_broker_the_command_does_it(
    site: SiteTree, relay: Behaviour, env: dict[str, str]
) -> None:
    addresses = announce(site, 5)
    nowhere = env | {"REDIS_URL": "redis://127.0.0.1:1/0"}
    subprocess.run([sys.executable, "manage.py", "outbox", "run"], cwd=PROJECT, env=nowhere, check=True)
    assert relay.counts() == dict.fromkeys(addresses, 1)


def test_with_the_broker_down_the_stand_by_sends_within_half_a_minute(
    site: SiteTree, broker: Broker, relay: Behaviour, env: dict[str, str]
) -> None:
    broker.process.kill()
    command = [sys.executable, "manage.py", "outbox", "watch"]
    with subprocess.Popen(command, cwd=PROJECT, env=env, stdout=subprocess.PIPE) as standby:
        try:
            addresses = announce(site, 3)
            wait_until(all_done, 30, "the stand-by does not send")
        finally:
            standby.terminate()
        output, _ = standby.communicate(timeout=30)
    assert standby.returncode == 0
    assert b"turns" in output
    assert relay.counts() == dict.fromkeys(addresses, 1)


@pytest.mark.parametrize("state", ["hung", "gone"])
def test_ringing_takes_less_than_three_seconds_whatever_the_broker_does(
    broker: Broker, env: dict[str, str], state: str
) -> None:
    os.kill(broker.process.pid, signal.SIGSTOP if state == "hung" else signal.SIGKILL)
    code = (
        "import django, time; django.setup(); from tasks.announcements.doorbell import ring\n"
        "began = time.monotonic(); ring('announce', 'send_mails'); print(time.monotonic() - began)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=env, check=True, capture_output=True, text=True
    )
    assert float(run.stdout.split()[-1]) < 3

"""The site's own account and a real server of the fediverse: somebody on snac follows, reads and leaves."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tasks.social.activitypub import addresses
from tasks.social.activitypub.channel import ActivityPubChannel
from tasks.social.activitypub.models import Follower, InboxDelivery
from tasks.social.models import SocialAccount
from tests.doubles import snac_server
from tests.doubles.snac_server import Snac
from tests.factories.fediverse import our_account
from tests.factories.social import URL, rendered, ticket

PATIENCE = 40


@pytest.fixture
def snac(tmp_path: Path) -> Iterator[Snac]:
    with snac_server.running(tmp_path) as server:
        yield server


@pytest.fixture
def ours(live_server: Any, settings: Any) -> SocialAccount:
    """An account of a site that answers."""
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    return our_account(language="de")


def run(snac: Snac, command: str, *arguments: str) -> None:
    subprocess.run([snac.program, command, snac.data, snac_server.USER, *arguments], check=True, timeout=60)


def timeline(snac: Snac) -> list[dict[str, Any]]:
    """What the reader has in front of them."""
    headers = {"Authorization": f"Bearer {snac.token}"}
    found = httpx.get(f"{snac.url}/api/v1/timelines/home", headers=headers)
    shown: list[dict[str, Any]] = found.json()
    return shown


def until(holds: Callable[[], bool]) -> None:
    """Let the site's worker do its part until ``holds``, for a while."""
    give_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up, list(InboxDelivery.objects.values())
        ActivityPubChannel.work(5)
        time.sleep(0.2)


def test_somebody_follows_reads_and_leaves(ours: SocialAccount, snac: Snac) -> None:
    channel = ActivityPubChannel()
    assert channel.probe(ours).warning == ""

    run(snac, "follow", addresses.actor_uri(ours))
    until(Follower.objects.exists)
    assert Follower.objects.get().actor.name == snac_server.USER
    until(InboxDelivery.objects.filter(kind="answer", state="sent").exists)

    published = channel.publish(rendered(f"Grüße & <Küsse>\n\n{URL}"), ours, ticket())
    until(lambda: any("Küsse" in one["content"] for one in timeline(snac)))
    [shown] = [one for one in timeline(snac) if "Küsse" in one["content"]]
    assert shown["uri"] == published.url
    assert shown["account"]["acct"].startswith("antenne@")
    assert f'href="{URL}"' in shown["content"]
    assert "&lt;K" in shown["content"]

    channel.update(ours, published.remote_id, rendered(f"Anders\n\n{URL}"), ticket())
    until(lambda: any("Anders" in one["content"] for one in timeline(snac)))
    assert not any("Küsse" in one["content"] for one in timeline(snac))

    channel.delete(ours, published.remote_id)
    until(lambda: not any("Anders" in one["content"] for one in timeline(snac)))

    run(snac, "unfollow", addresses.actor_uri(ours))
    until(lambda: not Follower.objects.exists())
    assert not InboxDelivery.objects.exclude(state="sent").exists()


def test_whose_name_is_searched_for_is_found(ours: SocialAccount, snac: Snac) -> None:
    """By webfinger, as a reader does it who has heard of the account."""
    found = subprocess.run(
        [snac.program, "webfinger", snac.data, addresses.handle(ours)[1:]],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert addresses.actor_uri(ours) in found.stdout + found.stderr

"""A channel that does what a test says."""

from __future__ import annotations

import time

import pytest

from tasks.social.channel import Capabilities, Published, Rendered, Repeat, Ticket
from tasks.social.models import SocialAccount
from tasks.social.noticeboard.channel import NoticeboardChannel


class ScriptedChannel(NoticeboardChannel):
    """Does what the test says instead of publishing."""

    capabilities = Capabilities(repeat=Repeat.FINDABLE)
    answer: Exception | None = None
    remote: Published | None = None
    withdrawing: Exception | None = None
    seconds: float = 0
    asked: list[dict] = []
    deleted: list[str] = []

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        if self.answer:
            raise self.answer
        return super().publish(rendered, account, ticket)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        time.sleep(self.seconds)
        self.asked.append({"since": ticket.since, "known": ticket.known})
        if isinstance(self.remote, Exception):
            raise self.remote
        return self.remote

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        time.sleep(self.seconds)
        self.deleted.append(remote_id)
        if self.withdrawing:
            raise self.withdrawing


def install(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedChannel]:
    """Every account has this channel, which has nothing to say yet."""
    monkeypatch.setattr(SocialAccount, "get_channel", lambda account: ScriptedChannel())
    for name, value in (("answer", None), ("remote", None), ("withdrawing", None), ("seconds", 0)):
        monkeypatch.setattr(ScriptedChannel, name, value)
    monkeypatch.setattr(ScriptedChannel, "asked", [])
    monkeypatch.setattr(ScriptedChannel, "deleted", [])
    return ScriptedChannel

"""What every channel has to hold, as tests. docs/plugins.md shows how a channel of your own takes part.

Inherit from ``ChannelContract`` in a test module of yours, give it a fixture ``world`` and pytest
runs all of them against your channel. A world is the channel, an account, and a service that can
be told to misbehave; it should be the real server, or a double that answers as its documentation says.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, Protocol

import pytest
from django.utils import timezone

from cms.announceable import AnnouncementContent, Picture
from tasks.social.channel import (
    AuthFailed,
    Channel,
    Draft,
    Gone,
    Limits,
    Pending,
    Published,
    RateLimited,
    Rendered,
    Repeat,
    Retryable,
    Ticket,
    Unknown,
)

URL = "https://antenne.example/de/aktuelles/kongress/"
LONG = "Wörter " * 3000
STEPS = 10


class Place(Protocol):
    """A channel with a place that it can post to."""

    channel: Channel
    account: Any
    """A stored ``SocialAccount``; its credentials hold at least one secret where the service needs one."""

    image: Picture | None
    """A picture that the service can take, where the channel needs one."""

    def texts(self) -> list[str]:
        """The texts of all posts that are there now, oldest first."""
        ...


class World(Place, Protocol):
    """A channel with a service that it can post to."""

    def lose_reply(self) -> None:
        """The next call that posts arrives, and its answer does not."""
        ...

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        """The next call that posts is refused with this HTTP status, and changes nothing."""
        ...


def content(**fields: Any) -> AnnouncementContent:
    """What a page says, with a character outside the Basic Multilingual Plane."""
    known: dict[str, Any] = {
        "title": "Kongress der Partnerstädte 🇫🇷",
        "lead": "Zwei Tage Austausch <und> viel „Musik“ & Tanz.",
        "url": URL,
        "locale": "de",
        "topic": "congress",
        "kind": "Kongress",
        "hashtags": ("Städtepartnerschaft",),
    }
    return AnnouncementContent(**known | fields)


def ticket(key: str = "antenne-contract-1", **fields: Any) -> Ticket:
    """The same for every attempt of one post."""
    now = timezone.now().replace(microsecond=0)
    known: dict[str, Any] = {"key": key, "at": now, "url": URL, "since": now - timedelta(hours=1)}
    return Ticket(**known | fields)


@pytest.mark.django_db
class LocalChannelContract:
    """For a channel whose posts stay on this site or are made by a person. Give it a fixture ``world``."""

    slug: ClassVar[str] = ""
    """The channel's own, for whoever wants to know which channels are tested."""

    def draft(self, world: Place, **fields: Any) -> Draft:
        """What is posted."""
        made = content(**fields)
        return Draft(made, hashtags=made.hashtags, image=world.image)

    def rendered(self, world: Place, **fields: Any) -> Rendered:
        """The same, laid out."""
        return world.channel.render(self.draft(world, **fields), self.limits(world))

    def limits(self, world: Place) -> Limits:
        """What fits into the post of the tests."""
        return world.channel.limits_for(world.channel.limits(world.account), world.image)

    def publish(self, world: Place, post: Rendered, same: Ticket) -> Published:
        """As the worker does it: again and again, as long as the service is busy with it."""
        for _step in range(STEPS):
            answer = world.channel.publish(post, world.account, same)
            while isinstance(answer, Pending):
                same = replace(same, state=answer.state)
                checked = world.channel.check(world.account, same)
                if checked is None:
                    break
                answer = checked
            if isinstance(answer, Published):
                return answer
        raise AssertionError("The service never became ready")

    def test_the_account_is_of_this_channel(self, world: Place) -> None:
        """So that ``slug`` says truly which channel is tested here."""
        assert world.account.channel == world.channel.slug
        assert self.slug in ("", world.channel.slug)

    def test_what_fits_is_what_is_counted(self, world: Place) -> None:
        """The count decides: a text at the limit passes, one character more does not."""
        limits = self.limits(world)
        base = self.rendered(world)
        room = limits.max_length - world.channel.count(base.text, limits)
        assert room > 0
        full = replace(base, text=base.text + "x" * room)
        assert world.channel.count(full.text, limits) == limits.max_length
        assert world.channel.validate(full, limits) == []
        over = replace(full, text=full.text + "x")
        assert [problem.field for problem in world.channel.validate(over, limits)] == ["text"]

    def test_a_long_lead_is_shortened_to_what_fits(self, world: Place) -> None:
        """And the link stays whole."""
        limits = self.limits(world)
        post = self.rendered(world, lead=LONG)
        assert world.channel.count(post.text, limits) <= limits.max_length
        assert URL in post.text or post.url == URL
        assert world.channel.validate(post, limits) == []

    def test_rendering_is_pure(self, world: Place) -> None:
        """The preview may be asked for at every key that is pressed."""
        assert self.rendered(world) == self.rendered(world)
        assert world.texts() == []

    def test_what_is_previewed_is_what_is_posted(self, world: Place) -> None:
        """Character by character."""
        post = self.rendered(world)
        published = self.publish(world, post, ticket())
        assert published.remote_id
        assert world.texts() == [post.text]

    def test_looking_finds_nothing_where_nothing_was_posted(self, world: Place) -> None:
        """And changes nothing."""
        assert world.channel.find_existing(world.account, ticket()) is None
        assert world.texts() == []

    def test_what_is_harmless_to_repeat_makes_one_post(self, world: Place) -> None:
        """The worker relies on it, and asks nobody."""
        if world.channel.capabilities.repeat is not Repeat.HARMLESS:
            return
        post, same = self.rendered(world), ticket()
        first = self.publish(world, post, same)
        assert self.publish(world, post, same).remote_id == first.remote_id
        assert world.texts() == [post.text]

    def test_a_post_can_be_edited(self, world: Place) -> None:
        """More than once with the same text. Where that gives it another id, the new one counts."""
        if not world.channel.capabilities.edit:
            with pytest.raises(NotImplementedError):
                world.channel.update(world.account, "1", self.rendered(world), ticket())
            return
        published = self.publish(world, self.rendered(world), ticket())
        other = self.rendered(world, title="Neuer Titel")
        for _time in range(2):
            published = world.channel.update(world.account, published.remote_id, other, ticket())
            assert published.remote_id
        assert world.texts() == [other.text]

    def test_a_post_can_be_deleted_twice(self, world: Place) -> None:
        """The second time there is none, which may be said and nothing else."""
        if not world.channel.capabilities.delete:
            return
        published = self.publish(world, self.rendered(world), ticket())
        world.channel.delete(world.account, published.remote_id)
        assert world.texts() == []
        with contextlib.suppress(Gone):
            world.channel.delete(world.account, published.remote_id)


class ChannelContract(LocalChannelContract):
    """For a channel that posts to a service: all of the above, and whatever can happen on the way."""

    def publish_surely(self, world: World, post: Rendered, same: Ticket) -> Published | None:
        """The same with a lost reply: what the worker does about it, and nothing else."""
        try:
            return self.publish(world, post, same)
        except Unknown:
            existing = world.channel.find_existing(world.account, same)
            if existing is None and world.channel.capabilities.repeat is Repeat.HARMLESS:
                return self.publish(world, post, same)
            return existing

    def test_a_lost_reply_makes_no_second_post(self, world: World) -> None:
        """It is found, or sent again where that is harmless, or left to an editor."""
        world.lose_reply()
        published = self.publish_surely(world, self.rendered(world), ticket())
        assert len(world.texts()) == 1
        if world.channel.capabilities.repeat is not Repeat.BLIND:
            assert published is not None

    def test_too_many_requests_are_tried_again_later(self, world: World) -> None:
        """RFC 6585."""
        world.answer(429, {"Retry-After": "7"})
        with pytest.raises(RateLimited):
            self.publish(world, self.rendered(world), ticket())
        assert world.texts() == []

    def test_a_refused_key_asks_for_a_new_connection(self, world: World) -> None:
        """RFC 9110, 15.5.2."""
        world.answer(401)
        with pytest.raises(AuthFailed):
            self.publish(world, self.rendered(world), ticket())
        assert world.texts() == []

    def test_a_broken_service_is_never_an_unexpected_error(self, world: World) -> None:
        """Either it did certainly not happen, or it may have happened."""
        world.answer(503)
        with pytest.raises((Retryable, Unknown)):
            self.publish(world, self.rendered(world), ticket())

    def test_secrets_are_told_to_nobody(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        """Neither in what is logged nor in what an editor reads."""
        caplog.set_level(logging.DEBUG)
        said = [repr(world.account), str(world.account)]
        for status in (401, 429, 503):
            world.answer(status)
            with pytest.raises(Exception) as raised:  # noqa: PT011 -- what it is, others test
                self.publish(world, self.rendered(world), ticket())
            said += [str(raised.value), repr(raised.value)]
        told = "\n".join([*said, *caplog.messages])
        for secret in filter(None, map(str, world.account.credentials.values())):
            assert secret not in told

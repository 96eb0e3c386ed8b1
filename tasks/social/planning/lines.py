"""Posts that were made, each with what an editor can still do about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cms.announceable import Picture
from tasks.ledger.models import OPEN_STATES, State
from tasks.social.channel import Channel
from tasks.social.models import Post, PostPlan
from tasks.social.posts.drafts import draft_of


@dataclass(frozen=True)
class Line:
    """One post. ``may_act`` says whether the user may publish what it is about."""

    post: Post
    channel: Channel | None
    may_act: bool
    picture: Picture | None = None
    """For a post by hand: the picture to go with it."""

    @property
    def url(self) -> str:
        """The page that it leads to."""
        version = self.post.version
        return version.content.url if version and version.snapshot else ""

    @property
    def waits_for_hand(self) -> bool:
        """Whether a person has to post it now."""
        by_hand = self.channel is not None and self.channel.capabilities.by_hand
        return by_hand and self.post.state == State.DEFERRED and self.post.next_try_at is None

    @property
    def is_out(self) -> bool:
        """Whether the service has it, as far as is known, and keeps it."""
        post = self.post
        return post.state == State.SENT and not post.withdraw_requested_at and not post.withdrawn_at

    @property
    def may_edit(self) -> bool:
        """Whether it can be brought up to date."""
        can = self.channel is not None and self.channel.capabilities.edit
        return self.may_act and can and self.is_out and bool(self.post.remote_id)

    @property
    def may_delete(self) -> bool:
        """Whether it can be taken back; what may be out is deleted as soon as it is found."""
        can = self.channel is not None and self.channel.capabilities.delete
        lost = self.post.state == State.UNKNOWN and not self.post.withdraw_requested_at
        return self.may_act and can and ((self.is_out and bool(self.post.remote_id)) or lost)

    @property
    def may_repeat(self) -> bool:
        """Whether an editor has to decide about it."""
        return self.may_act and self.post.state in (State.FAILED, State.UNKNOWN)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.post.state in OPEN_STATES

    @property
    def is_moving(self) -> bool:
        """Whether something will happen to it without anybody's doing."""
        post = self.post
        wished = post.edit_requested_at or (post.withdraw_requested_at and not post.withdrawn_at)
        under_way = self.is_open and not self.waits_for_hand
        return under_way or bool(wished and post.account_id)


def line_of(post: Post, *, may_act: bool) -> Line:
    """One post with its channel, if that is still installed."""
    try:
        channel = post.account.get_channel() if post.account else None
    except LookupError:
        channel = None
    return Line(post, channel, may_act)


def lines_of(posts: Iterable[Post], actable: Collection[int | None]) -> list[Line]:
    """``posts`` by account; ``actable`` are the keys of versions whose posts the user may act on.

    The versions must have been fetched. One more query where something waits for a person's hand.
    """
    ordered = sorted(posts, key=lambda post: (post.account_name, post.pk))
    lines = [line_of(post, may_act=post.version_id in actable) for post in ordered]
    by_hand = [line for line in lines if line.waits_for_hand]
    plans = _plans([line.post for line in by_hand])
    return [_with_picture(line, plans) if line in by_hand else line for line in lines]


def _plans(posts: list[Post]) -> dict[tuple[int, int], PostPlan]:
    refs = [post.version.page_ref for post in posts if post.version]
    plans = PostPlan.objects.filter(page_ref__in=refs).select_related("image") if refs else []
    return {(plan.page_ref, plan.account_id): plan for plan in plans}


def _with_picture(line: Line, plans: dict[tuple[int, int], PostPlan]) -> Line:
    post = line.post
    if post.version is None or post.account is None or post.version.snapshot is None:
        return line
    plan = plans.get((post.version.page_ref, post.account.pk))
    return Line(post, line.channel, line.may_act, draft_of(post.version.content, post.account, plan).image)

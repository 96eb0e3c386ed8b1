"""Many connections to all relays, in one thread of their own.

The ledger is kept in the caller's thread (Django's connections belong to threads and must not be
used in an event loop); this one only talks SMTP. They meet in three calls: ``submit``, ``wait`` and
``close``.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

from tasks.newsletter.smtp.breaker import Breaker
from tasks.newsletter.smtp.budget import Budget
from tasks.newsletter.smtp.relays import RelayConfig
from tasks.newsletter.smtp.session import Broken, Session, Stage
from tasks.newsletter.smtp.wire import Reply

# A mail whose connection broke before anything was handed over is tried on others, this often.
TRIES = 3
# How long, in seconds, finished mails wait for what share of the others.
LINGER, MOST = 0.005, 0.7


@dataclass(slots=True)
class Job:
    """One mail to hand over; ``payload`` is dot-stuffed and closed by its final dot."""

    key: object
    sender: str
    recipient: str
    payload: bytes
    domain: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one job; ``reply`` is None where the connection broke, and ``detail`` says how."""

    job: Job
    stage: Stage
    reply: Reply | None
    relay: str
    detail: str = ""
    seconds: float = 0.0


@dataclass(eq=False)
class Route:
    """A relay with its connections."""

    relay: RelayConfig
    breaker: Breaker
    budget: Budget
    lanes: set[asyncio.Task[None]] = field(default_factory=set)
    opening: set[asyncio.Task[None]] = field(default_factory=set)
    idle: deque[asyncio.Future[Job | None]] = field(default_factory=deque)
    sent: float = 0.0
    """Mails handed over, divided by the weight: the smallest is next."""

    def __post_init__(self) -> None:
        # By chance, so that many small sendings share the relays as one large one does.
        self.sent = random.random() / self.relay.weight  # noqa: S311


class Pool:
    """Connections on demand. Use it as a context manager."""

    def __init__(self, routes: list[Route]) -> None:
        self.routes = routes
        self._changed = threading.Condition()
        self._results: list[Result] = []
        self._goal = 1
        self._backlog: deque[Job] = deque()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="smtp", daemon=True)
        self._wanted = 0
        self._closing = False
        self._under_way = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def want(self, mails: int) -> None:
        """Say how many mails wait, so that as many connections are opened as are of use."""
        if mails != self._wanted:
            self._wanted = mails
            self._loop.call_soon_threadsafe(self._grow)

    def submit(self, jobs: list[Job]) -> None:
        """Hand jobs to idle connections. Each comes back from ``wait`` exactly once."""
        self._under_way += len(jobs)
        self._loop.call_soon_threadsafe(self._dispatch, jobs)

    def wait(self, seconds: float, *, for_idle: bool) -> list[Result]:
        """What is finished; blocks up to ``seconds`` until something is, or a connection is idle.

        Then it waits a moment longer for most of the others: the more is written down at once, the
        less each mail costs.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._results or (for_idle and self._noteworthy()), seconds)
            self._goal = max(1, int(self._under_way * MOST))
            self._changed.wait_for(lambda: len(self._results) >= self._goal, LINGER)
            results, self._results, self._goal = self._results, [], 1
        self._under_way -= len(results)
        return results

    @property
    def free(self) -> int:
        """How many connections wait for a mail."""
        return sum(len(route.idle) for route in self.routes)

    @property
    def under_way(self) -> int:
        """Mails that were submitted and have not come back."""
        return self._under_way

    @property
    def down(self) -> str:
        """Why no relay can be used; empty while one can, or may."""
        broken = [route.breaker for route in self.routes if route.breaker.is_open and not route.lanes]
        return broken[-1].error or "unreachable" if len(broken) == len(self.routes) else ""

    def _noteworthy(self) -> bool:
        return self.free > 0 or bool(self.down)

    def close(self) -> None:
        """Let what is being sent come to its end, then say goodbye and end the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    # Everything below runs in the pool's own thread.

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _grow(self) -> None:
        """Open as many connections as are of use; one at first, until a relay has answered."""
        for route in sorted(self.routes, key=lambda route: route.sent):
            limit = route.relay.connections if route.breaker.is_proven else 1
            while not self._closing and not route.breaker.is_open and len(route.lanes) < limit:
                if sum(len(each.lanes) for each in self.routes) >= max(self._wanted, self._under_way):
                    break
                lane = self._loop.create_task(self._lane(route))
                route.lanes.add(lane)
                route.opening.add(lane)
                lane.add_done_callback(partial(self._ended, route))
        self._notify()

    def _ended(self, route: Route, lane: asyncio.Task[None]) -> None:
        route.lanes.discard(lane)
        route.opening.discard(lane)
        if not lane.cancelled() and (error := lane.exception()):
            route.breaker.failed(repr(error))
        if self._backlog and self.down:
            while self._backlog:
                self._give_back(self._backlog.popleft(), self.down)
        self._grow()

    async def _lane(self, route: Route) -> None:
        """One connection, from its opening to its end."""
        session = Session(route.relay)
        try:
            await session.open()
        except Broken as broken:
            route.breaker.failed(broken.detail)
            return
        route.breaker.worked(smtputf8="SMTPUTF8" in session.extensions)
        if lane := asyncio.current_task():
            route.opening.discard(lane)
        self._grow()
        try:
            while job := await self._next(route):
                if not await self._send(route, session, job):
                    return
        finally:
            await session.close()

    async def _next(self, route: Route) -> Job | None:
        """The next job for a connection of ``route``; None where it is to end."""
        while wait := route.budget.wait():
            await asyncio.sleep(wait)
        if self._closing:
            return None
        if self._backlog:
            return self._backlog.popleft()
        turn: asyncio.Future[Job | None] = self._loop.create_future()
        route.idle.append(turn)
        self._notify()
        return await turn

    async def _send(self, route: Route, session: Session, job: Job) -> bool:
        """Send one mail; False where the connection is of no use any more."""
        began = time.monotonic()
        try:
            stage, reply = await session.send(job.sender, job.recipient, job.payload)
        except Broken as broken:
            if broken.stage is Stage.AFTER:
                self._finish(Result(job, Stage.AFTER, None, route.relay.name, broken.detail))
            else:
                self._try_elsewhere(route, job, broken.detail)
            return False
        route.sent += 1 / route.relay.weight
        self._finish(Result(job, stage, reply, route.relay.name, seconds=time.monotonic() - began))
        return session.is_open

    def _try_elsewhere(self, route: Route, job: Job, detail: str) -> None:
        """Nothing was handed over: another connection may do it, but not for ever."""
        job.tries += 1
        if job.tries >= TRIES:
            route.breaker.failed(detail)
            self._give_back(job, detail)
        else:
            self._dispatch([job])

    def _give_back(self, job: Job, detail: str) -> None:
        self._finish(Result(job, Stage.BEFORE, None, "", detail))

    def _finish(self, result: Result) -> None:
        with self._changed:
            self._results.append(result)
            # Waking the other thread for each single mail would cost more than sending it.
            if len(self._results) >= self._goal:
                self._changed.notify_all()

    def _dispatch(self, jobs: list[Job]) -> None:
        """Give each job to an idle connection, relays in proportion to their weights."""
        for job in jobs:
            idle = [route for route in self.routes if route.idle]
            if idle:
                min(idle, key=lambda route: route.sent).idle.popleft().set_result(job)
            else:
                self._backlog.append(job)
        if self._backlog:
            self._grow()

    async def _shut(self) -> None:
        self._closing = True
        for route in self.routes:
            while route.idle:
                route.idle.popleft().set_result(None)
            for lane in route.opening:
                lane.cancel()
        lanes = [lane for route in self.routes for lane in route.lanes]
        if lanes:
            await asyncio.wait(lanes)

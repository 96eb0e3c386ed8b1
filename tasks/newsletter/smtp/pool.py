"""Many connections to all relays, in one thread of their own.

The ledger is kept in the caller's thread (Django's connections belong to threads and must not be
used in an event loop); this one only talks SMTP. They meet in three calls: ``submit``, ``wait`` and
``close``.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from tasks.newsletter.smtp.breaker import Breaker
from tasks.newsletter.smtp.budget import Budget
from tasks.newsletter.smtp.relays import RelayConfig
from tasks.newsletter.smtp.scripts import Broken, Stage
from tasks.newsletter.smtp.session import Session
from tasks.newsletter.smtp.wire import Reply

# A mail whose connection broke before anything was handed over is tried on others, this often.
TRIES = 3
# How long, in seconds, finished mails wait for what share of the others.
LINGER, MOST = 0.005, 0.5
TICK = 0.1
"""Seconds between two looks at the deadlines of all connections."""


@dataclass(slots=True)
class Job:
    """One mail to hand over; ``payload`` is dot-stuffed and closed by its final dot."""

    key: object
    sender: str
    recipient: str
    payload: bytes
    domain: str = ""
    tries: int = 0


class Result(NamedTuple):
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
    opening: set[asyncio.Task[Session]] = field(default_factory=set)
    sessions: set[Session] = field(default_factory=set)
    idle: deque[Session] = field(default_factory=deque)
    sent: float = 0.0
    """Mails handed over, divided by the weight: the smallest is next."""

    @property
    def lanes(self) -> int:
        """Connections that stand or are being opened."""
        return len(self.opening) + len(self.sessions)

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
        self._is_ripe = self._is_ripening = False
        self._backlog: deque[Job] = deque()
        self._loop = _event_loop()
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
        grows = mails > self._wanted
        self._wanted = mails
        if grows:
            self._loop.call_soon_threadsafe(self._grow)

    def submit(self, jobs: list[Job]) -> None:
        """Hand jobs to idle connections. Each comes back from ``wait`` exactly once."""
        if jobs:
            self._under_way += len(jobs)
            self._loop.call_soon_threadsafe(self._dispatch, jobs)

    def wait(self, seconds: float, *, for_idle: bool) -> list[Result]:
        """What is finished; blocks up to ``seconds`` until something is, or a connection is idle.

        It waits a moment longer for most of the others: the more is written down at once, the less
        each mail costs.
        """
        with self._changed:
            self._goal = max(1, int(self._under_way * MOST))
            self._changed.wait_for(lambda: self._is_due(for_idle), seconds)
            results, self._results, self._is_ripe = self._results, [], False
        self._under_way -= len(results)
        return results

    def _is_due(self, for_idle: bool) -> bool:
        if self._is_ripe or len(self._results) >= self._goal:
            return True
        return for_idle and (bool(self.down) or (self.free > 0 and not self._under_way))

    @property
    def free(self) -> int:
        """How many mails may be begun: one for each connection that waits for one.

        Never so many that more than one for each connection are begun and not written down as ended:
        one that ended a moment ago, or was not taken up yet, still counts as under way.
        """
        idle = sum(len(route.idle) for route in self.routes)
        standing = sum(len(route.sessions) for route in self.routes)
        return max(0, min(idle, standing - self._under_way))

    @property
    def lanes(self) -> int:
        """Connections that stand or are being opened, to all relays."""
        return sum(route.lanes for route in self.routes)

    @property
    def under_way(self) -> int:
        """Mails that were submitted and have not come back."""
        return self._under_way

    @property
    def down(self) -> str:
        """Why no relay can be used; empty while one can, or may."""
        broken = [route.breaker for route in self.routes if route.breaker.is_open and not route.lanes]
        return broken[-1].error or "unreachable" if len(broken) == len(self.routes) else ""

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
        self._loop.call_soon(self._tick)
        self._loop.run_forever()

    def _tick(self) -> None:
        """One timer for all deadlines: one for each mail would cost as much as sending it."""
        now = self._loop.time()
        for route in self.routes:
            for session in list(route.sessions):
                session.look_at_the_clock(now)
        # A relay may have come back.
        self._grow()
        self._loop.call_later(TICK, self._tick)

    def _ripen(self) -> None:
        """What is there is fetched after a moment, even if not much follows."""
        if not self._is_ripening:
            self._is_ripening = True
            self._loop.call_later(LINGER, self._fetch_me)

    def _fetch_me(self) -> None:
        self._is_ripening = False
        with self._changed:
            self._is_ripe = True
            self._changed.notify_all()

    def _grow(self) -> None:
        """Open as many connections as are of use; one at first, until a relay has answered."""
        for route in sorted(self.routes, key=lambda route: route.sent):
            limit = self._most(route) if route.breaker.is_proven else 1
            while not self._closing and not route.breaker.is_open and route.lanes < limit:
                if self.lanes >= max(self._wanted, self._under_way):
                    break
                opening = self._loop.create_task(self._open(route))
                route.opening.add(opening)
                opening.add_done_callback(partial(self._opened, route))

    def _most(self, route: Route) -> int:
        """Connections as its weight has it, beside the heaviest relay that can be reached.

        While all are busy, it is their number that decides who sends how much.
        """
        usable = [one.relay for one in self.routes if one is route or not one.breaker.is_open]
        heaviest = max(usable, key=lambda relay: (relay.weight, relay.connections))
        share = round(heaviest.connections * route.relay.weight / heaviest.weight)
        return max(1, min(share, route.relay.connections))

    async def _open(self, route: Route) -> Session:
        session = Session(route.relay, lambda: self._lost(route, session))
        await session.open()
        return session

    def _opened(self, route: Route, opening: asyncio.Task[Session]) -> None:
        route.opening.discard(opening)
        if opening.cancelled():
            return
        if error := opening.exception():
            route.breaker.failed(error.detail if isinstance(error, Broken) else repr(error))
            self._see_to_the_rest()
            return
        session = opening.result()
        route.breaker.worked(smtputf8="SMTPUTF8" in session.extensions)
        route.sessions.add(session)
        self._grow()
        self._rest(route, session)

    def _lost(self, route: Route, session: Session) -> None:
        """The connection is gone, perhaps while it waited for a mail."""
        route.sessions.discard(session)
        if session in route.idle:
            route.idle.remove(session)
        if not self._closing:
            self._see_to_the_rest()

    def _see_to_the_rest(self) -> None:
        """What waits for a connection gets another one, or comes back where there will be none."""
        while self._backlog and self.down:
            self._finish(Result(self._backlog.popleft(), Stage.BEFORE, None, "", self.down))
        self._grow()
        self._ripen()

    def _rest(self, route: Route, session: Session) -> None:
        """``session`` is free: for the next job, for later, or to be closed."""
        if not session.is_open:
            self._lost(route, session)
        elif self._closing:
            session.close()
        elif wait := route.budget.wait():
            self._loop.call_later(wait, self._rest, route, session)
        elif self._backlog:
            self._start(route, session, self._backlog.popleft())
        else:
            route.idle.append(session)
            self._ripen()

    def _start(self, route: Route, session: Session, job: Job) -> None:
        began = self._loop.time()

        def sent(stage: Stage, reply: Reply | None, detail: str) -> None:
            if reply:
                route.sent += 1 / route.relay.weight
                self._finish(Result(job, stage, reply, route.relay.name, "", self._loop.time() - began))
            elif stage is Stage.AFTER:
                self._finish(Result(job, stage, None, route.relay.name, detail))
            else:
                self._try_elsewhere(route, job, detail)
            self._rest(route, session)

        session.send(job.sender, job.recipient, job.payload, sent)

    def _try_elsewhere(self, route: Route, job: Job, detail: str) -> None:
        """Nothing was handed over: another connection may do it, but not for ever."""
        job.tries += 1
        if job.tries >= TRIES:
            route.breaker.failed(detail)
            self._finish(Result(job, Stage.BEFORE, None, "", detail))
        else:
            self._dispatch([job])

    def _finish(self, result: Result) -> None:
        with self._changed:
            self._results.append(result)
            # Waking the other thread for each single mail would cost more than sending it.
            if len(self._results) >= self._goal:
                self._changed.notify_all()
        self._ripen()

    def _dispatch(self, jobs: list[Job]) -> None:
        """Give each job to an idle connection, relays in proportion to their weights."""
        for job in jobs:
            idle = [route for route in self.routes if route.idle]
            if idle:
                route = min(idle, key=lambda route: route.sent)
                self._start(route, route.idle.popleft(), job)
            else:
                self._backlog.append(job)
        if self._backlog:
            self._see_to_the_rest()

    async def _shut(self) -> None:
        self._closing = True
        for route in self.routes:
            for opening in list(route.opening):
                opening.cancel()
            while route.idle:
                self._rest(route, route.idle.popleft())
        while self.lanes:
            await asyncio.sleep(0.005)


def _event_loop() -> asyncio.AbstractEventLoop:
    """The fast one; there is none for Windows."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop

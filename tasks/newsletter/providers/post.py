"""Handing one message over, and what its answer means. Knows nothing of rows and databases."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import requests
from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailAPIError, AnymailError
from anymail.message import AnymailMessage
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

from tasks.newsletter.returns.reports import without_addresses

logger = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS, TOTAL_SECONDS = 5.0, 60.0, 70.0
"""To a connection, to the next byte, and to the last one. The total is less than a lease and than a
task's time limit, so what came of a request is always written down."""
WORDS = 300
NOT_NOW = frozenset({401, 402, 403, 404, 405, 407, 429})
"""Our key, our account, our address of theirs or our haste is refused, and no mail of ours."""
BAD_REQUEST, REQUEST_TIMEOUT, SERVER_ERROR = 400, 408, 500
NEVER_LEFT = (NewConnectionError, ConnectTimeoutError, ProxyError, ssl.SSLCertVerificationError)
UNUSABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.TooManyRedirects,
)


class Fate(Enum):
    """What became of a request as a whole."""

    ANSWERED = auto()
    """It was taken; ``statuses`` tells what became of each recipient."""
    REFUSED = auto()
    """Not one of its mails was taken, because of what it is."""
    DOWN = auto()
    """Nothing happened, and nothing would happen to the next one either."""
    LOST = auto()
    """It went out, and nobody knows what became of it."""


@dataclass(frozen=True)
class Answer:
    """What the provider said."""

    fate: Fate
    code: str = ""
    words: str = ""
    wait: float = 0.0
    """Seconds that it asked us to wait."""
    statuses: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Address → (status, the provider's id of the mail)."""


def post(backend: AnymailBaseBackend, message: AnymailMessage, account_codes: frozenset[int]) -> Answer:
    """Send ``message`` once and say what became of it. Never raises."""
    try:
        backend.send_messages([message])
    except AnymailAPIError as error:
        response = getattr(error, "response", None)
        return _unreachable(error) if response is None else _refused(response, account_codes)
    except AnymailError as error:
        # Raised while the request was being made: an address or a header that it cannot carry.
        return Answer(Fate.REFUSED, words=_words(str(error)))
    except Exception as error:
        logger.exception("The answer of the mail provider cannot be read")
        return Answer(Fate.LOST, words=type(error).__name__)
    found = message.anymail_status.recipients
    return Answer(
        Fate.ANSWERED,
        statuses={to.casefold(): (one.status or "", str(one.message_id or "")) for to, one in found.items()},
    )


def _refused(response: requests.Response, account_codes: frozenset[int]) -> Answer:
    status = response.status_code
    said: dict[str, Any] = {"code": str(status), "words": _words(response.text)}
    if status in NOT_NOW or _error_code(response) in account_codes:
        return Answer(Fate.DOWN, wait=_wait(response), **said)
    if status >= SERVER_ERROR or status < BAD_REQUEST or status == REQUEST_TIMEOUT:
        # Also a success that cannot be understood: the mails may be out.
        return Answer(Fate.LOST, wait=_wait(response), **said)
    return Answer(Fate.REFUSED, **said)


def _error_code(response: requests.Response) -> int | None:
    try:
        return int(response.json()["ErrorCode"])
    except (ValueError, TypeError, KeyError):
        return None


def _wait(response: requests.Response) -> float:
    """``Retry-After`` in seconds; its other form, a date, is not used by providers."""
    try:
        return max(0.0, min(3600.0, float(response.headers.get("Retry-After", 0))))
    except ValueError:
        return 0.0


def _unreachable(error: Exception) -> Answer:
    cause = error.__cause__ or error
    never_left = isinstance(error, UNUSABLE) or any(isinstance(one, NEVER_LEFT) for one in _chain(cause))
    words = _words(f"{type(cause).__name__}: {cause}")
    return Answer(Fate.DOWN if never_left else Fate.LOST, words=words)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error with all that it was raised from; urllib3 hides the true one in ``reason``."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        waiting += [found for found in inner if isinstance(found, BaseException)]


def _words(text: str) -> str:
    return without_addresses(text)[:WORDS]


def all_of(requests: Sequence[Future[Answer]], seconds: float) -> list[Answer]:
    """The answers of all; lost are those that did not come to an end within ``seconds``.

    A provider that sends one byte now and then must not hold up a worker.
    """
    wait(requests, timeout=seconds)
    late = Answer(Fate.LOST, words=f"no whole answer within {seconds:g} seconds")
    return [request.result() if request.done() else late for request in requests]

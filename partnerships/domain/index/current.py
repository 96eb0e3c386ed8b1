"""The index of this process, made anew whenever the directory has changed."""

from __future__ import annotations

from threading import Lock

from partnerships.domain.index.build import build
from partnerships.domain.index.search import Index
from partnerships.models import DirectoryState

_lock = Lock()
_held: tuple[str, Index] | None = None


def current() -> Index:
    """The directory as it is now, or as it became while this was asked. One query where nothing changed."""
    global _held
    token = DirectoryState.now()
    held = _held
    if held is None or held[0] != token:
        with _lock:
            held = _held
            if held is None or held[0] != token:
                held = _held = (token, Index(build()))
    return held[1]

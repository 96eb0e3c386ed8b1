"""What can go wrong on the way to a service. What happens next depends only on the class.

ChannelError
 ├─ Retryable(after)   it certainly did not happen; try again
 │   └─ RateLimited    the service asks us to slow down
 ├─ Unknown            the reply was lost: it may have happened
 ├─ Rejected           the service will never take it
 ├─ AuthFailed         the account has to be connected again
 └─ Gone               what we wanted to change is not there any more
"""

from __future__ import annotations


class ChannelError(Exception):
    """Something went wrong on the way to the service. The text is shown to the editor."""

    code: str = ""

    def __init__(self, message: str, code: str | int = "") -> None:
        super().__init__(message)
        self.code = str(code)


class Retryable(ChannelError):
    """It certainly did not happen. ``after`` is the wait in seconds, if the service named one."""

    def __init__(self, message: str, code: str | int = "", after: float | None = None) -> None:
        super().__init__(message, code)
        self.after = after


class RateLimited(Retryable):
    """The service asks us to slow down."""


class Unknown(ChannelError):
    """The reply was lost: it may have happened."""


class Rejected(ChannelError):
    """The service will never take this."""


class AuthFailed(ChannelError):
    """The account has to be connected again."""


class Gone(ChannelError):
    """What we wanted to change is not there any more."""

"""What is to be done about requests every few seconds."""

from __future__ import annotations

from partnerships.requests import limits, relay, sending_in, watching
from partnerships.requests.outbox import send_due


def work(seconds: float) -> bool:
    """Expire, remind, tell, forget and send for about ``seconds``; True where mails are waiting."""
    sending_in.expire()
    sending_in.remind()
    watching.tell()
    relay.forget()
    limits.forget_counts()
    return send_due(seconds)

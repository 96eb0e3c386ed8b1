"""What goes to a provider, before it is a request: who gets which text with which links."""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from django.core import signing

from tasks.ledger.models import LedgerRow
from tasks.newsletter import verp
from tasks.newsletter.models import Delivery, MailBody

SALT = "antenne.newsletter.provider"
OWN = {"from", "to", "subject", "date", "mime-version", "message-id", "content-type"}
OWN |= {"content-transfer-encoding"}
"""Headers that the provider writes itself, or gets by another way."""


@dataclass(frozen=True)
class Said:
    """A mail without its recipient; ``slots`` in it stand for the recipient's own links."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Letter:
    """One claimed row on its way."""

    model: type[LedgerRow]
    pk: int
    address: str
    links: dict[str, str] = field(default_factory=dict)
    """Slot → this recipient's link."""


@dataclass(frozen=True)
class Request:
    """Mails that one request carries."""

    said: Said
    letters: tuple[Letter, ...]
    campaign: int = 0
    """0 where it belongs to none: somebody waits for it."""

    def only(self, keys: set[int]) -> Request:
        """The same for those rows alone."""
        return Request(self.said, tuple(one for one in self.letters if one.pk in keys), self.campaign)

    @property
    def model(self) -> type[LedgerRow]:
        """Of whose rows it is made."""
        return self.letters[0].model

    @property
    def keys(self) -> list[int]:
        """The rows."""
        return [letter.pk for letter in self.letters]


def named(model: type[Any], pk: int) -> str:
    """What the provider keeps beside a mail and gives back with every report about it."""
    if model is Delivery:
        return verp.tag(pk)
    return signing.Signer(salt=SALT).sign(f"{model._meta.model_name}-{pk}")


def is_ours(name: str) -> bool:
    """Whether we gave this name to a mail that belongs to no campaign."""
    try:
        signing.Signer(salt=SALT).unsign(name)
    except signing.BadSignature:
        return False
    return True


def said_by(body: MailBody) -> Said:
    """What a campaign says."""
    return Said(body.subject, body.text, body.html, dict(body.headers))


def said_in(raw: bytes) -> Said:
    """What a finished message says, for mails that only one person gets."""
    message = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    headers = {name: str(value) for name, value in message.items() if name.lower() not in OWN}
    return Said(str(message["Subject"]), _part(message, "plain"), _part(message, "html"), headers)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""

"""One conversation with the mailbox: log in, look, delete, leave aside."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from imapclient import DELETED, FLAGGED, IMAPClient
from imapclient.exceptions import LoginError

from tasks.newsletter.models import MailboxTrouble
from tasks.newsletter.returns.mailbox.config import MailboxConfig
from tasks.newsletter.returns.mailbox.deadline import Deadline
from tasks.newsletter.returns.mailbox.trouble import MailboxFault
from tasks.newsletter.returns.reading import MAX_BYTES

LEFT = b"AntenneLeft"
"""The keyword of mails that were looked at and are left where they are."""
QUOTED_BYTES = re.compile(r"b(['\"])(.*)\1", re.DOTALL)
WINDOW = 1000
"""So many mails are searched at a time: one answer about a full mailbox would be too long."""


class _Connection(imaplib.IMAP4):
    """The protocol on a connection that ends with the deadline, with TLS from the first byte or without."""

    def __init__(self, config: MailboxConfig, deadline: Deadline) -> None:
        self._config, self._deadline = config, deadline
        super().__init__(config.host, config.port)

    def _create_socket(self, timeout: float | None) -> Any:
        context = self._config.tls_context() if self._config.security == "tls" else None
        plain = self._deadline.connect(self.host, self.port)
        return context.wrap_socket(plain, server_hostname=self.host) if context else plain

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, which the server names and which are never more than was asked for."""
        if size > 2 * MAX_BYTES:
            raise self.abort("It sends more than it was asked for")
        return super().read(size)


class _Client(IMAPClient):
    def __init__(self, config: MailboxConfig, deadline: Deadline) -> None:
        self._config, self._deadline = config, deadline
        super().__init__(config.host, config.port, ssl=config.security == "tls")

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 -- IMAPClient's name
        return _Connection(self._config, self._deadline)

    def _set_read_timeout(self) -> None:
        """The connection has one already."""


@dataclass(frozen=True)
class Mail:
    """The beginning of a mail, as much of it as is ever read."""

    uid: int
    raw: bytes
    size: int


class Session:
    """A folder that is open. Numbers of mails hold within one session and are kept nowhere."""

    def __init__(self, client: Any, opened: dict[bytes, Any]) -> None:
        self._client = client
        self._exists = int(opened.get(b"EXISTS", 0))
        permanent = opened.get(b"PERMANENTFLAGS", (FLAGGED,))
        # Servers that store no keywords of others (Exchange) do know the flag.
        self._mark: bytes = LEFT if {b"\\*", LEFT} & set(permanent) else FLAGGED
        self._deleted: set[int] = set()

    def waiting(self, limit: int) -> list[int]:
        """The oldest mails that nobody has looked at, up to ``limit`` and one more."""
        unmarked = ["UNKEYWORD", LEFT] if self._mark == LEFT else ["UNFLAGGED"]
        found: list[int] = []
        for first in range(1, self._exists + 1, WINDOW):
            window = f"{first}:{min(first + WINDOW - 1, self._exists)}"
            found += sorted(self._client.search([window, "UNDELETED", *unmarked]))
            if len(found) > limit:
                break
        return found[: limit + 1]

    def fetch(self, uid: int) -> Mail | None:
        """One mail, without marking it as read; None where somebody else took it away."""
        wanted = ["RFC822.SIZE", f"BODY.PEEK[]<0.{MAX_BYTES}>"]
        answer: dict[bytes, Any] = self._client.fetch([uid], wanted).get(uid, {})
        if not answer:
            return None
        raw: bytes = next((value for key, value in answer.items() if key.startswith(b"BODY[]")), None) or b""
        return Mail(uid, raw[:MAX_BYTES], int(answer.get(b"RFC822.SIZE", len(raw))))

    def delete(self, uid: int) -> None:
        """Delete one mail for good; without UIDPLUS that is up to ``tidy``."""
        self._client.add_flags([uid], [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge([uid])
        else:
            self._deleted.add(uid)

    def leave(self, uid: int) -> None:
        """Mark a mail as looked at and leave it for people to read."""
        self._client.add_flags([uid], [self._mark], silent=True)

    def tidy(self) -> None:
        """Without UIDPLUS, a folder is only tidied as a whole: not while others have deleted mails there."""
        if self._deleted and set(self._client.search(["DELETED"])) <= self._deleted:
            self._client.expunge()


@contextlib.contextmanager
def opened(config: MailboxConfig, seconds: float) -> Iterator[Session]:
    """The folder, for ``seconds`` at most. Raises ``MailboxFault`` for all that goes wrong with it."""
    with Deadline(seconds) as deadline:
        try:
            with _Client(config, deadline) as client:
                _log_in(client, config)
                yield Session(client, _open(client, config))
        except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
            trouble = MailboxTrouble.SLOW if deadline.passed else _trouble(error)
            raise MailboxFault(trouble, _said(error, config)) from None


def _log_in(client: Any, config: MailboxConfig) -> None:
    if config.security == "starttls":
        if not client.has_capability("STARTTLS"):
            raise MailboxFault(MailboxTrouble.NO_TLS)
        client.starttls(config.tls_context())
    # LOGIN knows ASCII alone.
    log_in = client.plain_login if client.has_capability("AUTH=PLAIN") else client.login
    log_in(config.user, config.password)


def _open(client: Any, config: MailboxConfig) -> dict[bytes, Any]:
    try:
        answer: dict[bytes, Any] = client.select_folder(config.folder)
    except imaplib.IMAP4.readonly:
        raise MailboxFault(MailboxTrouble.READ_ONLY) from None
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise MailboxFault(MailboxTrouble.NO_FOLDER, _said(error, config)) from None
    if DELETED not in answer.get(b"PERMANENTFLAGS", (DELETED,)):
        raise MailboxFault(MailboxTrouble.READ_ONLY)
    return answer


def _trouble(error: Exception) -> MailboxTrouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailboxTrouble.CERTIFICATE
    if isinstance(error, LoginError | UnicodeError):
        # IMAPClient says so, too, where the connection broke meanwhile.
        broken = isinstance(error.__context__, imaplib.IMAP4.abort)
        return MailboxTrouble.UNEXPECTED if broken else MailboxTrouble.REFUSED
    if isinstance(error, TimeoutError):
        return MailboxTrouble.SLOW
    return MailboxTrouble.UNREACHABLE if isinstance(error, OSError) else MailboxTrouble.UNEXPECTED


def _said(error: Exception, config: MailboxConfig) -> str:
    """The words of the other side."""
    if isinstance(error, UnicodeError):
        return ""  # our own words, with the password in them
    said = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or str(error)
    quoted = QUOTED_BYTES.fullmatch(said)
    return config.without_password(quoted[2] if quoted else said)

"""Where the mails are kept: one ``.eml`` file each, and one line each in ``index.jsonl``."""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from cms.demo.runtime.mailbox.message import decoded, parse_headers


@dataclass(frozen=True, slots=True)
class StoredMail:
    """What the list shows of one mail.

    ``to`` holds the addresses of the envelope, parted by commas, because they say where the mail
    really went; ``received`` is ISO 8601 in UTC; ``size`` counts bytes.
    """

    id: str
    sender: str
    to: str
    subject: str
    received: str
    size: int
    header_to: str = ""
    message_id: str = ""

    def recipients(self) -> list[str]:
        """The addresses of the envelope."""
        return self.to.split(", ")

    def is_for(self, wanted: str) -> bool:
        """A whole address must match exactly, a part of one may stand anywhere."""
        wanted = wanted.strip().lower()
        addresses = [address.lower() for address in self.recipients()]
        if "@" in wanted.strip("@"):
            return wanted in addresses
        return any(wanted in address for address in addresses)

    def to_json(self) -> dict[str, str | int]:
        """What ``messages.json`` says of this mail."""
        data = asdict(self)
        data["from"] = data.pop("sender")
        return data


class MailStore:
    """All mails below one directory. Safe for many threads of one process."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._mails = {mail.id: mail for mail in self._read_index()}

    @property
    def _index(self) -> Path:
        return self.directory / "index.jsonl"

    def _read_index(self) -> list[StoredMail]:
        if not self._index.exists():
            return []
        lines = self._index.read_text(encoding="utf-8").splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            # The process ended in the middle of this line: its mail was never acknowledged.
            lines.pop()
            self._index.write_text("".join(lines), encoding="utf-8")
        return [StoredMail(**json.loads(line)) for line in lines]

    def add(self, content: bytes, recipients: list[str]) -> StoredMail:
        """Keep one mail as it came over the wire."""
        received = datetime.now(UTC)
        headers = parse_headers(content)
        mail = StoredMail(
            id=f"{received:%Y%m%dT%H%M%S-%f}-{secrets.token_hex(2)}",
            sender=decoded(headers["From"]),
            to=", ".join(recipients),
            subject=decoded(headers["Subject"]),
            received=received.isoformat(timespec="milliseconds"),
            size=len(content),
            header_to=decoded(headers["To"]),
            message_id=decoded(headers["Message-ID"]),
        )
        with self._lock:
            (self.directory / f"{mail.id}.eml").write_bytes(content)
            with self._index.open("a", encoding="utf-8") as index:
                index.write(json.dumps(asdict(mail)) + "\n")
            self._mails[mail.id] = mail
        return mail

    def list(self, to: str = "") -> list[StoredMail]:
        """Newest first; only those for ``to`` where it is given."""
        with self._lock:
            mails = list(reversed(self._mails.values()))
        return [mail for mail in mails if mail.is_for(to)] if to.strip() else mails

    def get(self, mail_id: str) -> StoredMail | None:
        """The mail with this id."""
        return self._mails.get(mail_id)

    def content(self, mail: StoredMail) -> bytes:
        """The mail as it came over the wire."""
        return (self.directory / f"{mail.id}.eml").read_bytes()

    def clear(self) -> int:
        """Delete all mails; how many there were."""
        with self._lock:
            self._index.unlink(missing_ok=True)
            for mail_id in self._mails:
                (self.directory / f"{mail_id}.eml").unlink(missing_ok=True)
            count = len(self._mails)
            self._mails.clear()
        return count

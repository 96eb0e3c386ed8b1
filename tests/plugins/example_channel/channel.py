"""A channel that writes posts to a logbook, one line per post."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from tasks.social.channel import Capabilities, Channel, Gone, Limits, Published, Rendered, Repeat, Ticket

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount


def logbook() -> Path:
    """The file with all posts."""
    return Path(settings.VAR_DIR) / "logbook.jsonl"


def entries() -> dict[str, dict[str, str]]:
    """All posts by their key."""
    if not logbook().exists():
        return {}
    lines = map(json.loads, logbook().read_text(encoding="utf-8").splitlines())
    return {line["key"]: line for line in lines}


class LogbookChannel(Channel):
    """Posts are lines; the key is the id."""

    slug = "logbook"
    verbose_name = "Logbook"
    capabilities = Capabilities(repeat=Repeat.HARMLESS)

    def limits(self, account: SocialAccount) -> Limits:
        """A line of 200 characters."""
        return Limits(max_length=200)

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """Append a line, unless it is there."""
        if ticket.key not in entries():
            with logbook().open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": ticket.key, "text": rendered.text}) + "\n")
        return Published(ticket.key, logbook().as_uri())

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """The line with this key."""
        return Published(ticket.key, logbook().as_uri()) if ticket.key in entries() else None

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """Write all other lines anew."""
        rest = entries()
        if rest.pop(remote_id, None) is None:
            raise Gone(f"No line {remote_id}")
        logbook().write_text("".join(json.dumps(line) + "\n" for line in rest.values()), encoding="utf-8")

"""What one run of the demo is made of: where it keeps its data, and on which ports it answers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cms.demo.runtime.ports import port_near

PROJECT = Path(__file__).resolve().parents[3]
MAILBOX_OFFSET = 25
SMTP_OFFSET = 26


def var_directory(variables: Mapping[str, str] = os.environ) -> Path:
    """The same directory that ``cms.settings.base`` uses, as an absolute path."""
    return Path(variables.get("ANTENNE_VAR") or PROJECT / "var").resolve()


@dataclass(frozen=True)
class DemoConfig:
    """Ports and paths of one run."""

    var: Path
    port: int
    mailbox_port: int
    smtp_port: int
    redis_url: str

    @classmethod
    def for_port(cls, var: Path, port: int, redis_url: str) -> DemoConfig:
        """The mailbox follows the site: 8000 → pages at 8025, SMTP at 8026, where those are free."""
        return cls(
            var=var,
            port=port,
            mailbox_port=port_near(port + MAILBOX_OFFSET),
            smtp_port=port_near(port + SMTP_OFFSET),
            redis_url=redis_url,
        )

    @property
    def site(self) -> str:
        """The public site, ending in a slash."""
        return f"http://localhost:{self.port}/"

    @property
    def mailbox(self) -> str:
        """The mailbox's pages, ending in a slash."""
        return f"http://localhost:{self.mailbox_port}/"

    def environment(self, variables: Mapping[str, str] = os.environ) -> dict[str, str]:
        """The children's environment. Mail never leaves this machine, whatever is set outside."""
        own = self._own_variables()
        # NAME_FILE would win over NAME (cms.env).
        others = {name: value for name, value in variables.items() if name.removesuffix("_FILE") not in own}
        return {**others, **own}

    def _own_variables(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "cms.settings.demo",
            "ANTENNE_VAR": str(self.var),
            "ANTENNE_URL": self.site.rstrip("/"),
            "REDIS_URL": self.redis_url,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.smtp_port),
            "EMAIL_HOST_USER": "",
            "EMAIL_HOST_PASSWORD": "",
            "EMAIL_USE_TLS": "0",
            "EMAIL_USE_SSL": "0",
            "ANTENNE_MAIL_PROVIDER": "",
            "PYTHONUNBUFFERED": "1",
        }

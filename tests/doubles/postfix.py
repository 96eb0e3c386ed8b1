"""A real Postfix of the test's own: configuration, queue and mailboxes in a temporary directory."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from cms.demo.runtime.ports import free_port
from tests.doubles.processes import wait_until

POSTFIX = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
WHY_NOT = (
    "install Postfix (apt install postfix)"
    if POSTFIX is None
    else "run the tests as root, because Postfix changes users"
    if os.geteuid() != 0
    else ""
)
"""What is missing; empty where nothing is."""
DOMAIN = "example.org"
OWNER = "nobody"
ADDED = re.compile(rb"^(Received|Return-Path|Delivered-To|X-Original-To):.*\n(?:[ \t].*\n)*", re.MULTILINE)

MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
maillog_file = {base}/log
maillog_file_prefixes = {base}
myhostname = mail.example.org
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = texthash:{base}/mailboxes
virtual_mailbox_base = {base}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_transport = virtual
recipient_delimiter = +
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
message_drop_headers =
"""
# message_drop_headers: a Bcc that somebody smuggled in must be seen, not dropped.

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Takes mail for ``names`` at example.org on a port of loopback; use it as a context manager.

    ``more`` are lines of the configuration.
    """

    def __init__(self, *names: str, more: str = "") -> None:
        # Not pytest's directory: Postfix's own users must be able to enter.
        self.base = Path(tempfile.mkdtemp(prefix="antenne-postfix-"))
        self.port = free_port()
        self._names, self._more = names, more

    def __enter__(self) -> Postfix:
        assert not WHY_NOT, WHY_NOT
        self.base.chmod(0o755)
        self._write()
        self._postfix("start")
        wait_until(lambda: (self.base / "queue/pid/master.pid").exists(), 20, "Postfix does not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._postfix("stop")
        shutil.rmtree(self.base)

    def _write(self) -> None:
        owner = pwd.getpwnam(OWNER)
        for name in ("etc", "queue", "data", "mail"):
            (self.base / name).mkdir()
        shutil.chown(self.base / "data", "postfix")
        shutil.chown(self.base / "mail", OWNER)
        lines = [f"{name}@{DOMAIN} {name}/\n" for name in self._names]
        (self.base / "mailboxes").write_text("".join(lines), encoding="utf-8")
        values = {"base": self.base, "port": self.port, "domain": DOMAIN}
        values |= {"uid": owner.pw_uid, "gid": owner.pw_gid}
        (self.base / "etc/main.cf").write_text(MAIN.format(**values) + self._more, encoding="ascii")
        (self.base / "etc/master.cf").write_text(MASTER.format(**values), encoding="ascii")

    def _postfix(self, command: str) -> None:
        done = subprocess.run(
            [str(POSTFIX), "-c", str(self.base / "etc"), command], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr + self.log()

    def log(self) -> str:
        """What it wrote."""
        file = self.base / "log"
        return file.read_text(errors="replace") if file.exists() else ""

    def mails(self, name: str, number: int = 1) -> list[bytes]:
        """The files in the mailbox of ``name``, oldest first, once there are ``number``."""
        box = self.base / "mail" / name / "new"

        def files() -> list[Path]:
            return sorted(box.iterdir(), key=lambda file: file.stat().st_mtime_ns) if box.exists() else []

        wait_until(lambda: len(files()) >= number, 30, f"{number} mails for {name}; {self.log()[-2000:]}")
        return [file.read_bytes() for file in files()]

    def empty(self) -> None:
        """Forget all that was delivered."""
        for box in (self.base / "mail").iterdir():
            shutil.rmtree(box)


def as_sent(delivered: bytes) -> bytes:
    """A delivered file without the header fields that the mail system added."""
    head, line, body = delivered.partition(b"\n\n")
    return ADDED.sub(b"", head + b"\n") + line[1:] + body

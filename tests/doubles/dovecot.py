"""A real Dovecot of the test's own: configuration, accounts and mails in a temporary directory."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from cms.demo.runtime.ports import free_port
from tests.doubles.processes import wait_until

DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
VERSION = "2.3"
"""Later ones have another configuration."""


def why_not() -> str:
    """What is missing; empty where nothing is."""
    if DOVECOT is None:
        return "install Dovecot (apt install dovecot-imapd)"
    version = subprocess.run([DOVECOT, "--version"], capture_output=True, text=True, timeout=10).stdout
    return "" if version.startswith(f"{VERSION}.") else f"they need Dovecot {VERSION}, not {version.strip()}"


WHY_NOT = why_not()
USER, PASSWORD = "bounces@example.org", "päss wörd/1"

MAIN = """\
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/log
listen = 127.0.0.1
protocols = imap
disable_plaintext_auth = no
auth_failure_delay = 0
ssl = {ssl}
mail_location = maildir:{base}/mail
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
{more}
"""


def url(address: str, password: str = PASSWORD, folder: str = "INBOX") -> str:
    """The account as the settings name it; ``address`` is scheme, host and port."""
    scheme, _, where = address.partition("://")
    return f"{scheme}://{quote(USER, safe='')}:{quote(password, safe='')}@{where}/{folder}"


class Dovecot:
    """Serves one account on ports of loopback; use it as a context manager.

    ``pem`` holds a certificate with its key; ``more`` are lines of the configuration.
    """

    def __init__(self, pem: Path | None = None, more: str = "") -> None:
        # Not pytest's directory: the path of a socket may not be long, and other users must get in.
        self.base = Path(tempfile.mkdtemp(prefix="antenne-dovecot-"))
        self.port, self.tls_port = free_port(), free_port()
        self._pem, self._more = pem, more
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Dovecot:
        assert not WHY_NOT, WHY_NOT
        self.base.chmod(0o755)
        self._write()
        command = [str(DOVECOT), "-F", "-c", str(self.base / "dovecot.conf")]
        with (self.base / "errors").open("wb") as errors:
            self._process = subprocess.Popen(command, stderr=errors)
        try:
            wait_until(self._answers, 20, "Dovecot does not start")
        except AssertionError as error:
            error.add_note(self.log())
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        assert self._process
        self._process.terminate()
        self._process.wait(20)
        shutil.rmtree(self.base)

    def url(self, password: str = PASSWORD, folder: str = "INBOX") -> str:
        """Its account, without TLS."""
        return url(f"imap://127.0.0.1:{self.port}", password, folder)

    def _write(self) -> None:
        as_root = os.geteuid() == 0
        owner = pwd.getpwnam("nobody") if as_root else pwd.getpwuid(os.geteuid())
        me, group = owner.pw_name, grp.getgrgid(owner.pw_gid).gr_name
        (self.base / "mail").mkdir()
        if as_root:
            shutil.chown(self.base / "mail", me, group)
        (self.base / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
        more = f"ssl_cert = <{self._pem}\nssl_key = <{self._pem}\n{self._more}" if self._pem else self._more
        values = {"base": self.base, "port": self.port, "tls_port": self.tls_port, "more": more}
        values |= {"uid": owner.pw_uid, "gid": owner.pw_gid, "ssl": "yes" if self._pem else "no"}
        values |= {"internal": "dovecot" if as_root else me, "login": "dovenull" if as_root else me}
        values |= {"group": "dovecot" if as_root else group}
        (self.base / "dovecot.conf").write_text(MAIN.format(**values), encoding="utf-8")

    def _answers(self) -> bool:
        try:
            with self.client():
                return True
        except (OSError, imaplib.IMAP4.error):
            return False

    def log(self) -> str:
        """What it wrote."""
        files = [self.base / "errors", self.base / "log"]
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def client(self) -> imaplib.IMAP4:
        """A mail program of somebody else, logged in, with the inbox open."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        client.select()
        return client

    def put(self, *mails: bytes) -> None:
        """Deliver ``mails`` to the inbox."""
        with self.client() as client:
            for mail in mails:
                answer, _ = client.append("INBOX", None, None, mail.replace(b"\n", b"\r\n"))
                assert answer == "OK"

    def empty(self) -> None:
        """Delete all mails."""
        with self.client() as client:
            client.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
            client.expunge()

    def flags(self) -> list[set[str]]:
        """The flags of each mail that is still in the inbox, oldest first, without “recent”."""
        with self.client() as client:
            if client.search(None, "ALL")[1] == [b""]:
                return []
            _, lines = client.fetch("1:*", "(FLAGS)")
        found = [re.search(rb"FLAGS \((.*?)\)", line) for line in lines if isinstance(line, bytes)]
        return [set(flags[1].decode().split()) - {"\\Recent"} for flags in found if flags]

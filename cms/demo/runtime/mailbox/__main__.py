"""``python -m cms.demo.runtime.mailbox --smtp-port 8026 --http-port 8025 --dir var/mailbox``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from cms.demo.runtime.mailbox import MailboxServer, MailServer, MailStore


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="mailbox", description="A local mailbox: SMTP in, web pages out.")
    parser.add_argument("--smtp-port", type=int, default=1025)
    parser.add_argument("--http-port", type=int, default=8025)
    parser.add_argument("--dir", type=Path, required=True)
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=stop.set).start())
    store = MailStore(options.dir)
    with MailServer(store, options.smtp_port) as smtp, MailboxServer(store, options.http_port) as web:
        sys.stdout.write(f"SMTP on {smtp.hostname}:{smtp.port}, mails at {web.url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())

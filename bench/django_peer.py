"""Django's own sending: EmailMultiAlternatives on one reused connection, each message built anew."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(count: int, html_file: Path, text_file: Path) -> None:
    """Send ``count`` mails to the relay of the EMAIL_* settings; prints JSON."""
    import django

    django.setup()
    from django.core.mail import EmailMultiAlternatives, get_connection

    from bench.sender import cpu_seconds

    html, text = html_file.read_text(), text_file.read_text()
    cpu, began = cpu_seconds(), time.monotonic()
    with get_connection("django.core.mail.backends.smtp.EmailBackend") as connection:
        for number in range(count):
            link = f"https://example.org/leave/{number:032}/"
            mail = EmailMultiAlternatives(
                "Kongress der Jugend",
                text.replace("{{.UnsubscribeURL}}", link),
                to=[f"django{number}@d{number % 500}.example"],
                headers={"List-Unsubscribe": f"<{link}>"},
                connection=connection,
            )
            mail.attach_alternative(html.replace("{{.UnsubscribeURL}}", link), "text/html")
            mail.send()
    print(json.dumps({"wall": time.monotonic() - began, "cpu": cpu_seconds() - cpu}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))

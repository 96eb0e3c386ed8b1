"""What error pages and reports may show."""

from __future__ import annotations

import re

from django.views.debug import SafeExceptionReporterFilter

# Addresses that hold a password.
OURS = "BOUNCE_MAILBOX|RELAYS|(DATABASE|REDIS|BROKER)_URL"


class NoAddressesWithPasswords(SafeExceptionReporterFilter):
    """Django goes by words such as PASS in the name of a setting or variable; these have none."""

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|{OURS}", re.IGNORECASE
    )

"""The hubs that a feed names, so that readers can subscribe there (WebSub, 4), and how they are told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cms import http
from tasks.social.calls import call
from tasks.social.models import SocialAccount

LABEL = _("hub")
LABEL_HELP = _("The address of a WebSub hub, which tells feed readers at once that there is news.")


def hubs(language: str) -> list[str]:
    """Of the active accounts that ping for ``language``."""
    accounts = SocialAccount.objects.filter(channel="websub", active=True, language__in=("", language))
    return list(accounts.order_by("pk").values_list("server", flat=True))


def ping(account: SocialAccount, topic: str) -> None:
    """Tell the account's hub that the feed at ``topic`` has changed, as all known hubs take it."""
    form = {"hub.mode": "publish", "hub.topic": topic, "hub.url": topic}
    with http.client() as client:
        call(client, "POST", account.server, posts=True, data=form)

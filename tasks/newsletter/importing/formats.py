"""Which program wrote a file, and what its name or columns say of everybody in it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Format(models.TextChoices):
    """Where a file comes from."""

    CSV = "csv", _("any table (CSV)")
    OWN = "antenne", _("export of this system")
    LISTMONK = "listmonk", _("listmonk export")
    MAILCHIMP = "mailchimp", _("Mailchimp audience export")


class There(models.TextChoices):
    """Where somebody stands in the system they come from."""

    SUBSCRIBED = "subscribed", _("subscribed")
    PENDING = "pending", _("not confirmed")
    STRANGER = "stranger", _("never subscribed")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    BOUNCED = "bounced", _("mails came back")
    BLOCKED = "blocked", _("blocked")


# From the weakest to the strictest: of two lines with one address, the stricter holds.
STRICTNESS = {there: rank for rank, there in enumerate(There)}

SIGNS = (
    (Format.OWN, {"email", "standing", "topics", "follows"}),
    (Format.LISTMONK, {"uuid", "email", "attributes", "status"}),
    (Format.MAILCHIMP, {"leid", "euid"}),
)
WORDS = {
    There.SUBSCRIBED: "subscribed confirmed enabled active aktiv actif angemeldet bestätigt abonné confirmé",
    There.PENDING: "pending unconfirmed unbestätigt",
    There.STRANGER: "nonsubscribed non-subscribed transactional",
    There.UNSUBSCRIBED: "unsubscribed disabled inactive inaktiv abgemeldet désabonné désinscrit inactif",
    There.BOUNCED: "bounced cleaned hardbounce",
    There.BLOCKED: "blocked blocklisted blacklisted gesperrt bloqué",
}
BY_WORD = {word: there for there, words in WORDS.items() for word in words.split()}


def recognized(header: tuple[str, ...]) -> Format:
    """The format that the columns show."""
    names = {name.casefold() for name in header}
    return next((kind for kind, signs in SIGNS if signs <= names), Format.CSV)


def of_table(kind: Format, name: str, header: tuple[str, ...]) -> There:
    """What holds for everybody in a table that does not say it line by line."""
    if kind != Format.MAILCHIMP:
        return There.SUBSCRIBED
    names = {column.upper() for column in header}
    start = name.casefold().partition("_")[0]
    if start in BY_WORD:
        return BY_WORD[start]
    if "CLEAN_TIME" in names:
        return There.BOUNCED
    return There.UNSUBSCRIBED if "UNSUB_TIME" in names else There.SUBSCRIBED

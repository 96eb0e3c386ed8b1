"""Which column says what: guessed from the header in three languages, or told."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.newsletter.importing.archive import FileUnreadable
from tasks.newsletter.importing.formats import Format

FIELDS = {
    "email": gettext_lazy("address"),
    "language": gettext_lazy("language"),
    "topics": gettext_lazy("topics"),
    "frequency": gettext_lazy("how often"),
    "confirmed_at": gettext_lazy("confirmed"),
    "source": gettext_lazy("form or source"),
    "standing": gettext_lazy("standing"),
    "follows": gettext_lazy("follows"),
    "paused_until": gettext_lazy("paused until"),
    "asked_at": gettext_lazy("asked"),
    "ended_at": gettext_lazy("unsubscribed"),
    "optin_ip": gettext_lazy("IP address of the sign-up"),
    "confirm_ip": gettext_lazy("IP address of the confirmation"),
    "attributes": gettext_lazy("attributes (JSON)"),
    "list_standing": gettext_lazy("standing in the list"),
}
GUESSES = {
    "email": "email emailaddress emailadresse mail mailadresse adresse adressee email1 courriel "
    "adresseemail adressemail adresseelectronique adressecourriel",
    "language": "language lang locale sprache langue preferredlanguage languepreferee",
    "topics": "topics topic themen thema themes theme sujets interests interessen interets",
    "frequency": "frequency frequenz haufigkeit haeufigkeit wieoft frequence",
    "confirmed_at": "confirmedat confirmed confirmtime confirmationdate bestatigtam bestaetigtam bestatigt "
    "confirmele dateconfirmation datedeconfirmation",
    "source": "source quelle herkunft signupsource origine",
    "standing": "status standing statut stand",
    "follows": "follows following folgt suit",
    "paused_until": "pauseduntil pausiertbis pausejusquau",
    "asked_at": "askedat optintime signupdate angemeldetam anmeldedatum dateinscription datedinscription",
    "ended_at": "unsubscribedat unsubscribed unsubtime cleantime abgemeldetam desabonnele datedesabonnement",
    "optin_ip": "optinip ipanmeldung ipinscription",
    "confirm_ip": "confirmip ipbestatigung ipconfirmation",
}
MAILCHIMP = {**GUESSES, "topics": "tags"}
LISTMONK = {
    "email": "email",
    "standing": "status",
    "attributes": "attributes",
    "list_standing": "subscriptionstatus listsubscriptionstatus",
    "asked_at": "createdat",
    "ended_at": "updatedat",
}
OWN = {field: field.replace("_", "") for field in GUESSES} | {"ended_at": "unsubscribedat"}
BY_FORMAT = {Format.CSV: GUESSES, Format.MAILCHIMP: MAILCHIMP, Format.LISTMONK: LISTMONK, Format.OWN: OWN}
PLAIN = str.maketrans("äöüàâéèêëîïôûùç", "aouaaeeeeiiouuc")


def mapped(kind: Format, header: tuple[str, ...], told: Mapping[str, str]) -> dict[str, int]:
    """Field → index of its column. What is ``told`` holds; an empty name leaves a field out.

    Raises ``FileUnreadable`` where a told column is missing or no column has addresses.
    """
    found = {field: index for field, index in guessed(kind, header).items() if field not in told}
    found |= {field: _told(field, name, header) for field, name in told.items() if name}
    if "email" not in found:
        raise FileUnreadable(
            _("No column is known to have the addresses. The file has: %(columns)s")
            % {"columns": ", ".join(header)}
        )
    return dict(sorted(found.items(), key=lambda item: list(FIELDS).index(item[0])))


def guessed(kind: Format, header: tuple[str, ...]) -> dict[str, int]:
    """Field → index of the column whose name says so."""
    found = {field: _guess(names.split(), header) for field, names in BY_FORMAT[kind].items()}
    return {field: index for field, index in found.items() if index is not None}


def _guess(names: list[str], header: tuple[str, ...]) -> int | None:
    plain = [_plain(column) for column in header]
    return next((plain.index(name) for name in names if name in plain), None)


def _plain(column: str) -> str:
    return "".join(char for char in column.casefold().translate(PLAIN) if char.isalnum())


def _told(field: str, name: str, header: tuple[str, ...]) -> int:
    if field not in FIELDS:
        raise FileUnreadable(
            _("“%(field)s” is nothing that can be taken over. Possible are: %(fields)s")
            % {"field": field, "fields": ", ".join(FIELDS)}
        )
    wanted = name.strip().casefold()
    for index, column in enumerate(header):
        if column.casefold() == wanted:
            return index
    raise FileUnreadable(
        _("There is no column “%(column)s”. The file has: %(columns)s")
        % {"column": name, "columns": ", ".join(header)}
    )

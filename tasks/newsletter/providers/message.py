"""A request in django-anymail's terms: one message, or one for many with what differs beside it."""

from __future__ import annotations

from anymail.message import AnymailMessage
from django.conf import settings

from tasks.newsletter.compose import LINK_SLOT, SETTINGS_SLOT, one_line
from tasks.newsletter.providers.known import Provider
from tasks.newsletter.providers.letters import Letter, Request, Said, named

KEY = "antenne"
"""Under this name the provider keeps which mail it was."""
NAMES = {LINK_SLOT: "leave", SETTINGS_SLOT: "settings"}


def message_of(provider: Provider, request: Request) -> AnymailMessage:
    """The message for ``request``. Opening and clicking are never tracked."""
    if len(request.letters) == 1:
        message = _for_one(request.said, request.letters[0])
    else:
        message = _for_many(provider, request)
    message.track_opens, message.track_clicks = False, False
    if not request.campaign and provider.express:
        message.esp_extra = dict(provider.express)
    return message


def _for_one(said: Said, letter: Letter) -> AnymailMessage:
    headers = {name: _filled(value, letter.links) for name, value in said.headers.items()}
    message = _message(said, letter.links, headers, [letter.address])
    message.metadata = {KEY: named(letter.model, letter.pk)}
    return message


def _for_many(provider: Provider, request: Request) -> AnymailMessage:
    """The provider makes a mail of its own for each recipient, who sees no other."""
    said, letters = request.said, request.letters
    differing = {name for name, value in said.headers.items() if any(slot in value for slot in NAMES)}
    shared = {name: value for name, value in said.headers.items() if name not in differing}
    message = _message(
        said,
        {slot: provider.slot.format(name) for slot, name in NAMES.items()},
        shared,
        [letter.address for letter in letters],
    )
    message.merge_data = {
        letter.address: {NAMES[slot]: link for slot, link in letter.links.items()} for letter in letters
    }
    message.merge_headers = {
        letter.address: {name: _filled(said.headers[name], letter.links) for name in sorted(differing)}
        for letter in letters
    }
    message.merge_metadata = {letter.address: {KEY: named(letter.model, letter.pk)} for letter in letters}
    return message


def _message(said: Said, links: dict[str, str], headers: dict[str, str], to: list[str]) -> AnymailMessage:
    text, html = _filled(said.text, links), _filled(said.html, links)
    sender = settings.DEFAULT_FROM_EMAIL
    message = AnymailMessage(one_line(said.subject), text, sender, to, headers=headers)
    if html:
        message.attach_alternative(html, "text/html")
    return message


def _filled(text: str, links: dict[str, str]) -> str:
    for slot, link in links.items():
        text = text.replace(slot, link)
    return text

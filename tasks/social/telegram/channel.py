"""The channel. Telegram has no way to ask for what was posted: a lost reply is left to an editor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cms.announceable import Picture
from tasks.social.channel import (
    Capabilities,
    Card,
    Channel,
    Health,
    Limits,
    Published,
    Rendered,
    Repeat,
    Ticket,
    Unknown,
)
from tasks.social.counting import utf16
from tasks.social.images import jpeg
from tasks.social.telegram.api import NotModified, call
from tasks.social.telegram.forms import TelegramForm

if TYPE_CHECKING:
    from tasks.social.models import SocialAccount

TEXT, CAPTION = 4096, 1024
PHOTO_BYTES = 10_000_000
PHOTO = "photo"


class TelegramChannel(Channel):
    """A message, or a photo with a caption where the post has an image."""

    slug = "telegram"
    verbose_name = "Telegram"
    capabilities = Capabilities(edit=True, images=True, repeat=Repeat.BLIND, card=Card.SERVER)
    account_form = TelegramForm
    preview_template = "tasks/social/previews/telegram.html"

    def limits(self, account: SocialAccount) -> Limits:
        """4,096 for a message (sendMessage); photos up to 10 MB."""
        return Limits(max_length=TEXT, max_images=1, image_bytes=PHOTO_BYTES)

    def limits_for(self, limits: Limits, image: Picture | None, remote_id: str = "") -> Limits:
        """1,024 for a caption (sendPhoto). A message stays one in every edit, and a photo, too."""
        captioned = _parts(remote_id)[2] == PHOTO if remote_id else image is not None
        return replace(limits, max_length=CAPTION) if captioned else limits

    def count(self, text: str, limits: Limits) -> int:
        """UTF-16 code units, as Telegram counts its entities."""
        return utf16(text)

    def publish(self, rendered: Rendered, account: SocialAccount, ticket: Ticket) -> Published:
        """sendPhoto or sendMessage."""
        chat = account.options.get("chat", "")
        if rendered.image:
            photo = jpeg(rendered.image, max_bytes=PHOTO_BYTES)
            files = {"photo": ("image.jpg", photo.data, "image/jpeg")}
            answer = call(account, "sendPhoto", posts=True, files=files, chat_id=chat, caption=rendered.text)
            return _published(answer, PHOTO)
        return _published(call(account, "sendMessage", posts=True, chat_id=chat, text=rendered.text), "text")

    def update(self, account: SocialAccount, remote_id: str, rendered: Rendered, ticket: Ticket) -> Published:
        """editMessageText or editMessageCaption; a photo keeps its picture."""
        chat, number, kind = _parts(remote_id)
        method, field = ("editMessageCaption", "caption") if kind == PHOTO else ("editMessageText", "text")
        try:
            answer = call(
                account, method, posts=False, chat_id=chat, message_id=number, **{field: rendered.text}
            )
        except NotModified:
            return Published(remote_id, _link(account, number))
        return _published(answer, kind)

    def find_existing(self, account: SocialAccount, ticket: Ticket) -> Published | None:
        """Bots cannot read what a chat holds."""
        return None

    def delete(self, account: SocialAccount, remote_id: str) -> None:
        """deleteMessage."""
        chat, number, _kind = _parts(remote_id)
        call(account, "deleteMessage", posts=False, chat_id=chat, message_id=number)

    def probe(self, account: SocialAccount) -> Health:
        """getMe, and whether the bot knows the chat."""
        call(account, "getMe", posts=False)
        chat = call(account, "getChat", posts=False, chat_id=account.options.get("chat", ""))
        known = chat if isinstance(chat, dict) else {}
        name = str(known.get("username") or "")
        return Health(name=str(known.get("title") or name), url=f"https://t.me/{name}" if name else "")


def _parts(remote_id: str) -> tuple[str, str, str]:
    chat, _slash, rest = remote_id.partition("/")
    number, _slash, kind = rest.partition("/")
    return chat, number, kind


def _link(account: SocialAccount, number: str) -> str:
    chat = str(account.options.get("chat", ""))
    return f"https://t.me/{chat.removeprefix('@')}/{number}" if chat.startswith("@") else ""


def _published(answer: Any, kind: str) -> Published:
    try:
        chat, number = answer["chat"], int(answer["message_id"])
        name = chat.get("username")
        return Published(
            f"{int(chat['id'])}/{number}/{kind}", f"https://t.me/{name}/{number}" if name else ""
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unknown("message_id?") from error

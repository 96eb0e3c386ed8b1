"""The Bot API as its documentation describes it (core.telegram.org/bots/api): one bot, one channel."""

from __future__ import annotations

import json
import re
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.doubles.lossy_proxy import LossyProxy

TOKEN = "123456:AAsecretTokenOfATest"
CHAT = {"id": -1001234567890, "type": "channel", "title": "Jumelage", "username": "jumelage"}


class Telegram:
    """Messages by number, with their text or caption."""

    def __init__(self, server: HTTPServer) -> None:
        self.messages: dict[int, dict[str, Any]] = {}
        self.errors: list[tuple[int, str, dict[str, Any]]] = []
        self.proxy = LossyProxy(server.url_for(""), only=b"/send")
        self.url = self.proxy.url
        server.expect_request(re.compile("/bot.*")).respond_with_handler(self._called)

    def _called(self, request: Request) -> Response:
        token, _slash, method = request.path.removeprefix("/bot").partition("/")
        if token != TOKEN:
            return _error(401, "Unauthorized")
        if self.errors:
            return _error(*self.errors.pop(0))
        form: dict[str, Any] = dict(request.form)
        if method != "getMe" and form.get("chat_id") not in ("@jumelage", str(CHAT["id"])):
            return _error(400, "Bad Request: chat not found")
        return getattr(self, f"_{method}")(form, request)

    def _getMe(self, form: dict[str, Any], request: Request) -> Response:
        return _ok({"id": 123456, "is_bot": True, "username": "jumelage_bot"})

    def _getChat(self, form: dict[str, Any], request: Request) -> Response:
        return _ok(CHAT)

    def _sendMessage(self, form: dict[str, Any], request: Request) -> Response:
        if _length(form["text"]) > 4096:
            return _error(400, "Bad Request: message is too long")
        return self._new({"text": form["text"]})

    def _sendPhoto(self, form: dict[str, Any], request: Request) -> Response:
        if _length(form["caption"]) > 1024:
            return _error(400, "Bad Request: message caption is too long")
        return self._new({"caption": form["caption"], "photo": request.files["photo"].read()})

    def _new(self, message: dict[str, Any]) -> Response:
        number = len(self.messages) + 7
        self.messages[number] = message
        return _ok({"message_id": number, "chat": CHAT})

    def _edit(self, form: dict[str, Any], field: str) -> Response:
        message = self.messages.get(int(form["message_id"]))
        if message is None or field not in message:
            return _error(400, "Bad Request: message to edit not found")
        if message[field] == form[field]:
            return _error(400, "Bad Request: message is not modified")
        message[field] = form[field]
        return _ok({"message_id": int(form["message_id"]), "chat": CHAT})

    def _editMessageText(self, form: dict[str, Any], request: Request) -> Response:
        return self._edit(form, "text")

    def _editMessageCaption(self, form: dict[str, Any], request: Request) -> Response:
        return self._edit(form, "caption")

    def _deleteMessage(self, form: dict[str, Any], request: Request) -> Response:
        if self.messages.pop(int(form["message_id"]), None) is None:
            return _error(400, "Bad Request: message to delete not found")
        return _ok(True)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _ok(result: Any) -> Response:
    return _json(200, {"ok": True, "result": result})


def _error(code: int, description: str, parameters: dict[str, Any] | None = None) -> Response:
    body = {"ok": False, "error_code": code, "description": description}
    return _json(code, body | ({"parameters": parameters} if parameters else {}))


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")

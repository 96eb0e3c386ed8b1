"""An endpoint for webhooks that checks calls with the specification's own library."""

from __future__ import annotations

import json
from typing import Any

from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from werkzeug import Request, Response

from tasks.social.models import SocialAccount
from tasks.social.webhook.channel import WebhookChannel
from tasks.social.webhook.forms import new_secret
from tests.doubles.lossy_proxy import LossyProxy


class Endpoint:
    """Keeps announcements by id, each event once, and refuses what is not signed."""

    def __init__(self, server: HTTPServer, secret: str) -> None:
        self.secret = secret
        self.known: dict[str, Any] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.headers: list[dict[str, str]] = []
        server.expect_request("/hook", method="POST").respond_with_handler(self._called)

    def _called(self, request: Request) -> Response:
        try:
            event = Webhook(self.secret).verify(request.get_data(), dict(request.headers))
        except WebhookVerificationError:
            return Response(status=401)
        self.headers.append(dict(request.headers))
        if request.headers["webhook-id"] not in self.events:
            self.events[request.headers["webhook-id"]] = event
            self._apply(event["type"], dict(event["data"]))
        return Response(status=204)

    def _apply(self, kind: str, data: dict[str, Any]) -> None:
        key = data.pop("id")
        if kind == "announcement.withdrawn":
            self.known.pop(key, None)
        elif kind.startswith("announcement."):
            self.known[key] = data


class WebhookWorld:
    """An endpoint that can be told to misbehave."""

    image = None

    def __init__(self, server: HTTPServer) -> None:
        self.channel = WebhookChannel()
        self.secret = new_secret()
        self.endpoint = Endpoint(server, self.secret)
        self.proxy = LossyProxy(server.url_for(""))
        self.account = SocialAccount.objects.create(
            name="Hook",
            channel="webhook",
            server=f"{self.proxy.url}/hook",
            credentials={"signing_secret": self.secret},
        )

    def texts(self) -> list[str]:
        return [json.dumps(data, ensure_ascii=False, indent=2) for data in self.endpoint.known.values()]

    def lose_reply(self) -> None:
        self.proxy.losses = 1

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.proxy.refusals.append((status, headers or {}))

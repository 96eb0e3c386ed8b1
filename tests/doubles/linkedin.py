"""LinkedIn's Posts and Images APIs as their documentation describes them."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any
from urllib.parse import unquote

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.doubles.lossy_proxy import LossyProxy

TOKEN = "AQsecretToken"
AUTHOR = "urn:li:organization:12345678"


class LinkedIn:
    """Posts by urn; a second one with the same text is refused as the service does."""

    def __init__(self, server: HTTPServer) -> None:
        self.posts: dict[str, dict[str, Any]] = {}
        self.images: dict[str, bytes] = {}
        self._numbers = itertools.count(7000)
        self._server = server
        self.proxy = LossyProxy(server.url_for(""), only=b"POST /rest/posts ")
        self.url = self.proxy.url
        server.expect_request(re.compile("/.*")).respond_with_handler(self._called)

    def texts(self) -> list[str]:
        """The texts as people read them."""
        return [re.sub(r"\\(.)", r"\1", post["commentary"]) for post in self.posts.values()]

    def _called(self, request: Request) -> Response:
        if request.path == "/oauth/v2/accessToken":
            return _json({"access_token": TOKEN, "expires_in": 5_184_000})
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _json({"message": "Invalid access token"}, 401)
        if request.path.startswith("/upload/"):
            self.images[request.path.rpartition("/")[2]] = request.get_data()
            return Response(status=201)
        version, protocol = (
            request.headers.get(n) for n in ("Linkedin-Version", "X-Restli-Protocol-Version")
        )
        if not re.fullmatch("20[0-9]{4}", version or "") or protocol != "2.0.0":
            return _json({"code": "VERSION_MISSING", "message": "A version must be present."}, 400)
        return self._rest(request)

    def _rest(self, request: Request) -> Response:
        if request.path == "/rest/images":
            urn = f"urn:li:image:{next(self._numbers)}"
            return _json({"value": {"uploadUrl": self._server.url_for(f"/upload/{urn}"), "image": urn}})
        urn = unquote(request.path.removeprefix("/rest/posts").lstrip("/"))
        if request.method == "GET":
            return _json({"elements": [{"id": u, **post} for u, post in reversed(self.posts.items())]})
        if not urn:
            return self._new(request.get_json())
        if urn not in self.posts:
            return _json({"message": "Not found"}, 404)
        if request.method == "DELETE":
            del self.posts[urn]
        elif request.headers.get("X-RestLi-Method") == "PARTIAL_UPDATE":
            self.posts[urn] |= request.get_json()["patch"]["$set"]
        return Response(status=204)

    def _new(self, post: dict[str, Any]) -> Response:
        if post["author"] != AUTHOR:
            return _json({"message": "Not enough permissions"}, 403)
        if len(re.sub(r"\\(.)", r"\1", post["commentary"])) > 3000:
            return _json({"message": "commentary is too long"}, 422)
        if any(post["commentary"] == known["commentary"] for known in self.posts.values()):
            return _json({"code": "DUPLICATE_POST", "message": "Content is a duplicate"}, 422)
        urn = f"urn:li:share:{next(self._numbers)}"
        self.posts[urn] = post
        return Response(status=201, headers={"x-restli-id": urn})


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")

"""Meta's Graph API as its documentation describes it: a page, a professional account, a Threads profile."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.doubles.lossy_proxy import LossyProxy

TOKEN = "EAAsecretPageToken"
OWNER = "1789"
OK = 200


class Graph:
    """Posts by number; containers become posts once they are published."""

    def __init__(self, server: HTTPServer, posting: bytes) -> None:
        self.posts: dict[str, dict[str, Any]] = {}
        self.containers: dict[str, dict[str, Any]] = {}
        self.errors: list[dict[str, Any]] = []
        self.busy = 1
        """How often a new container is still in progress when it is asked for."""
        self.used = 0
        self.scraped: list[str] = []
        self.pages = [{"id": OWNER, "name": "Jumelage", "access_token": TOKEN}]
        self.token = {
            "is_valid": True,
            "expires_at": 0,
            "scopes": ["pages_manage_posts", "pages_read_engagement"],
        }
        self._numbers = itertools.count(900)
        self.proxy = LossyProxy(server.url_for(""), only=posting)
        self.url = self.proxy.url
        server.expect_request(re.compile("/.*")).respond_with_handler(self._called)

    def _called(self, request: Request) -> Response:
        given = {**request.args, **request.form}
        if request.path in ("/oauth/access_token", "/access_token", "/refresh_access_token"):
            return answer(
                {"access_token": given.get("fb_exchange_token") or "short", "expires_in": 5_184_000}
            )
        if request.headers.get("Authorization") not in (f"Bearer {TOKEN}", "Bearer short"):
            return error(190, "Error validating access token")
        if self.errors and request.method == "POST" and request.path != "/":
            return answer({"error": self.errors.pop(0)}, 400)
        return self._routed(request, given, request.path.strip("/").split("/"))

    def _routed(self, request: Request, given: dict[str, Any], path: list[str]) -> Response:
        name = path[-1]
        if request.method == "POST":
            return self._posted(given, path)
        if request.method == "DELETE":
            gone = self.posts.pop(name, None) is None
            return error(100, "Object does not exist", 33) if gone else answer({"success": True})
        lists = {"published_posts": "message", "media": "caption", "threads": "text"}
        if name in lists:
            return answer({"data": [self._row(n, p, lists[name]) for n, p in reversed(self.posts.items())]})
        if name.endswith("_limit"):
            return answer({"data": [{"quota_usage": self.used, "config": {"quota_total": 250}}]})
        if name == "debug_token":
            return answer({"data": self.token})
        if name == "accounts":
            return answer({"data": self.pages})
        if name in self.containers:
            return answer(self._status(self.containers[name]))
        return answer(
            {"id": name, "username": "jumelage", "name": "Jumelage", "permalink": f"https://x.example/{name}"}
        )

    def _posted(self, given: dict[str, Any], path: list[str]) -> Response:
        name = path[-1]
        if not name:
            self.scraped.append(str(given["id"]))
            return answer({"id": given["id"]})
        if name in ("media", "threads"):
            return self._container(given)
        if name in ("media_publish", "threads_publish"):
            return self._published(self.containers[str(given["creation_id"])])
        if name == "feed":
            return self._published({"text": given["message"], "link": given["link"]})
        if name not in self.posts:
            return error(100, "Object does not exist", 33)
        self.posts[name]["text"] = given["message"]
        return answer({"success": True})

    def _container(self, given: dict[str, Any]) -> Response:
        number = str(next(self._numbers))
        text = str(given.get("caption") or given.get("text") or "")
        self.containers[number] = {**given, "text": text, "asked": 0}
        return answer({"id": number})

    def _published(self, post: dict[str, Any]) -> Response:
        if post.get("published") or ("asked" in post and post["asked"] <= self.busy):
            return error(9007, "Media ID is not available")
        number = f"{OWNER}_{next(self._numbers)}"
        post["published"] = True
        self.posts[number] = dict(post)
        return answer({"id": number})

    def _status(self, container: dict[str, Any]) -> dict[str, Any]:
        container["asked"] += 1
        status = "FINISHED" if container["asked"] > self.busy else "IN_PROGRESS"
        status = container.get("status") or ("PUBLISHED" if container.get("published") else status)
        return {"status": status, "status_code": status, "error_message": "2207052"}

    @staticmethod
    def _row(number: str, post: dict[str, Any], field: str) -> dict[str, Any]:
        shared = {"data": [{"unshimmed_url": post.get("link", "")}]}
        return {
            "id": number,
            field: post["text"],
            "attachments": shared,
            "permalink": f"https://x.example/{number}",
        }


def answer(body: Any, status: int = OK) -> Response:
    """JSON."""
    return Response(json.dumps(body), status=status, content_type="application/json")


def error(code: int, message: str, subcode: int = 0) -> Response:
    """As the guide on error handling shows them."""
    return answer({"error": {"code": code, "message": message, "error_subcode": subcode}}, 400)

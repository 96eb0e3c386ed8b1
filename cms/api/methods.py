"""What every address of the delivery API does with each method: it can only be read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from cms.api.errors import problem

METHODS = "GET, HEAD, OPTIONS"


def read_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """``view``, which knows GET, for HEAD, OPTIONS and all that is refused (RFC 9110 §9)."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "OPTIONS":
            return preflight()
        if request.method not in ("GET", "HEAD"):
            return refused()
        head, request.method = request.method == "HEAD", "GET"
        response = view(request, *args, **kwargs)
        return without_body(response) if head else response

    return answer


def preflight() -> HttpResponse:
    """204 with what scripts of other origins may do."""
    response = HttpResponse(status=204)
    response["Allow"] = METHODS
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = METHODS
    response["Access-Control-Allow-Headers"] = "*"
    response["Access-Control-Max-Age"] = "86400"
    return response


def refused() -> HttpResponse:
    """405: nothing can be changed here."""
    response = problem(405, f"Only {METHODS} are possible.")
    response["Allow"] = METHODS
    return response


def without_body(response: HttpResponse) -> HttpResponse:
    """``response`` with all its headers and no content."""
    response["Content-Length"] = str(len(response.content))
    response.content = b""
    return response

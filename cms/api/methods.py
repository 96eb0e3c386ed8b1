"""What every address of the delivery API does with each method: what it was not made for is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import getclosurevars, isfunction
from typing import Any

from django.http import HttpRequest, HttpResponse

from cms.api.errors import problem

METHODS = "GET, HEAD, OPTIONS"


def methods_of(view: Callable[..., Any]) -> str:
    """What the operations behind ninja's ``view`` allow, with what is answered here."""
    # Ninja's view is a closure over the path's operations; anything else is only read.
    path = getclosurevars(view).nonlocals.get("self") if isfunction(view) else None
    operations = getattr(path, "operations", [])
    own = {method for operation in operations for method in operation.methods}
    if own and "GET" not in own:
        return ", ".join(sorted({*own, "OPTIONS"}))
    return ", ".join([METHODS, *sorted(own - {"GET"})])


def read_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """``view`` for HEAD, OPTIONS and all that is refused (RFC 9110 §9)."""
    methods = methods_of(view)

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "OPTIONS":
            return preflight(methods)
        if request.method not in methods.split(", "):
            return refused(methods)
        if request.method == "POST":
            return view(request, *args, **kwargs)
        head, request.method = request.method == "HEAD", "GET"
        response = view(request, *args, **kwargs)
        return without_body(response) if head else response

    return answer


def preflight(methods: str = METHODS) -> HttpResponse:
    """204 with what scripts of other origins may do."""
    response = HttpResponse(status=204)
    response["Allow"] = methods
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = methods
    response["Access-Control-Allow-Headers"] = "*"
    response["Access-Control-Max-Age"] = "86400"
    return response


def refused(methods: str = METHODS) -> HttpResponse:
    """405: this cannot be done here."""
    response = problem(405, f"Only {methods} are possible.")
    response["Allow"] = methods
    return response


def without_body(response: HttpResponse) -> HttpResponse:
    """``response`` with all its headers and no content."""
    response["Content-Length"] = str(len(response.content))
    response.content = b""
    return response

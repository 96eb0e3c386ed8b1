"""Errors of the delivery API: RFC 9457 problem documents."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

TITLES = {400: "Bad request", 404: "Not found", 405: "Method not allowed", 409: "Conflict", 410: "Gone"}


class BadParameter(Exception):
    """A query or path parameter that is unknown or cannot be used."""

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(detail)
        self.parameter = parameter
        self.detail = detail


def problem(status: int, detail: str, **members: Any) -> HttpResponse:
    """A problem document; ``members`` are extension members (RFC 9457 §3.2)."""
    body = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": detail}
    response = HttpResponse(json.dumps({**body, **members}), status=status)
    response["Content-Type"] = "application/problem+json"
    response["Cache-Control"] = "no-store"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def parameter_problem(faults: list[tuple[str, str]]) -> HttpResponse:
    """400, naming every parameter that is wrong."""
    errors = [{"parameter": name, "detail": detail} for name, detail in faults]
    detail = "; ".join(f"{name}: {text}" for name, text in faults)
    return problem(400, detail, errors=errors)


def on_bad_parameter(request: HttpRequest, error: BadParameter) -> HttpResponse:
    """400 for ``BadParameter``."""
    return parameter_problem([(error.parameter, error.detail)])


def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """400 for a parameter of the wrong type or range."""
    return parameter_problem([(str(fault["loc"][-1]), fault["msg"]) for fault in error.errors])


def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The status that the view chose."""
    return problem(error.status_code, str(error))


def on_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """404, whether it does not exist or is not public."""
    return problem(404, str(error) or "There is nothing public under this address.")


def install(api: NinjaAPI) -> None:
    """Let ``api`` answer errors as problem documents."""
    handlers: tuple[tuple[type[Exception], Any], ...] = (
        (BadParameter, on_bad_parameter),
        (ValidationError, on_validation_error),
        (HttpError, on_http_error),
        (Http404, on_not_found),
    )
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)

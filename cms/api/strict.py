"""Query parameters that no operation knows are refused, for every router of the API."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest

from cms.api.errors import parameter_problem


def known_parameters(operation: Any) -> frozenset[str]:
    """The names of the query parameters of a ninja operation."""
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return frozenset(name for model in models for name in model.__ninja_flatten_map__)


def faults(request: HttpRequest, known: frozenset[str]) -> list[tuple[str, str]]:
    """What is wrong with the names of the request's parameters."""
    unknown = [(name, "is not a parameter of this operation") for name in request.GET if name not in known]
    doubled = [
        (name, "may be given once")
        for name, values in request.GET.lists()
        if name in known and len(values) > 1
    ]
    return unknown + doubled


def strict_query(run: Callable[..., Any]) -> Callable[..., Any]:
    """A ninja view decorator that answers 400 where a parameter would be ignored."""
    known = known_parameters(inspect.unwrap(run).__self__)

    @wraps(run)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if wrong := faults(request, known):
            return parameter_problem(wrong)
        return run(request, *args, **kwargs)

    return checked

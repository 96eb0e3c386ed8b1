"""The delivery API: what other front ends and programs may read."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.cache import get_conditional_response
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from cms.api import errors
from cms.api.methods import read_only
from cms.api.strict import strict_query
from cms.plugins import registry


class DeliveryAPI(NinjaAPI):
    """Answers carry an entity tag, and a client that has them already gets 304."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """Ninja's own, each of which also answers what ninja leaves out: HEAD and OPTIONS."""
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = read_only(pattern.callback)
        return patterns, app_name, namespace

    def create_response(self, request: HttpRequest, data: Any, **options: Any) -> HttpResponse:
        """Add validators and cache headers to every successful answer."""
        response = super().create_response(request, data, **options)
        response["Access-Control-Allow-Origin"] = "*"
        if response.status_code != 200 or request.method != "GET" or "Cache-Control" in response:
            response.setdefault("Cache-Control", "no-store")
            return response
        response["ETag"] = f'"{blake2b(response.content, digest_size=16).hexdigest()}"'
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
        return get_conditional_response(request, etag=response["ETag"], response=response) or response


class ReadableJSON(JSONRenderer):
    """UTF-8 as it is, instead of escapes: German and French come out a tenth shorter."""

    json_dumps_params: Mapping[str, Any] = MappingProxyType({"ensure_ascii": False})


api = DeliveryAPI(
    renderer=ReadableJSON(),
    title="Antenne delivery API",
    version="1",
    urls_namespace="delivery-v1",
    description="Published content, read only. Errors are problem documents (RFC 9457).",
)
errors.install(api)
api.add_decorator(strict_query, mode="view")
for prefix, router in registry().api_routers():
    api.add_router(prefix, router)

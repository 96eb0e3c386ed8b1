"""Views outside the page tree: the language door and what machines ask for."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_safe

from cms.api.errors import problem
from cms.plugins import registry
from cms.sitemap import entries

logger = logging.getLogger(__name__)


def preferred_language(header: str) -> str:
    """The content language that an Accept-Language ``header`` puts first, else the default one."""
    spoken = [code for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES]
    for wanted, _quality in parse_accept_lang_header(header.lower()):
        if (code := wanted.split("-")[0]) in spoken:
            return code
    return settings.LANGUAGE_CODE


@require_safe
def to_language(request: HttpRequest) -> HttpResponse:
    """Lead to the home page in the visitor's language; each visitor may get another answer."""
    language = preferred_language(request.headers.get("Accept-Language", ""))
    response = HttpResponseRedirect(f"/{language}/")
    patch_vary_headers(response, ["Accept-Language"])
    return response


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Deliberately asks nothing else."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database and plugins can work: 200, else 503; JSON says which one cannot, the log says why."""
    found = {"database": database_fault()}
    if not found["database"]:
        found |= {check.__module__.split(".")[0] + "." + check.__name__: run(check) for check in checks()}
    ready = not any(found.values())
    body = {"ready": ready, "checks": {name: fault or "ok" for name, fault in found.items()}}
    return JsonResponse(body, status=200 if ready else 503)


def checks() -> list[Any]:
    """The health checks that plugins declare."""
    return list(registry().components("health_checks"))


def run(check: Any) -> str | None:
    """ "failed" or None. What is wrong stays in the log: it may name servers, and anybody can ask."""
    try:
        fault: str | None = check()
    except Exception:
        logger.exception("The health check %s failed", check)
        return "failed"
    if fault:
        logger.error("The health check %s failed: %s", check, fault)
    return "failed" if fault else None


def database_fault() -> str | None:
    """Why the database does not answer, or None."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer")
        return "does not answer"
    return None


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read."""
    sitemap_url = request.build_absolute_uri(reverse("sitemap"))
    lines = ("User-agent: *", "Disallow: /admin/", f"Sitemap: {sitemap_url}", "")
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@conditional_page
@cache_control(public=True, max_age=0, must_revalidate=True)
def sitemap(request: HttpRequest) -> HttpResponse:
    """All live public pages of all languages, with their translations."""
    context = {"entries": entries(request)}
    return render(request, "cms/sitemap.xml", context, content_type="application/xml")


def nothing_in_the_api(request: HttpRequest) -> HttpResponse:
    """Below ``/api/`` an unknown address is a problem document, never a page for people."""
    return problem(404, "There is nothing under this address.")

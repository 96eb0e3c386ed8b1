"""The other languages of a page: for visitors (switch) and for search engines (hreflang)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

from cms.frame import Frame

NAMES = {"de": "Deutsch", "fr": "Français", "en": "English"}
TREE = "wagtail_serve"


@dataclass(frozen=True)
class Version:
    """One entry of the language switch; ``exact`` is False where it only leads to a home page."""

    code: str
    name: str
    url: str
    current: bool
    exact: bool


def switch(request: HttpRequest, frame: Frame, page: Any) -> list[Version]:
    """This page or view in every language, else that language's home page."""
    exact = _of_page(request, page) if page else _of_view(request)
    urls = {code: home.get_url(request) for code, home in frame.homes.items()} | exact
    return [
        Version(code, NAMES.get(code, code), urls[code], code == frame.language, code in exact)
        for code, _name in settings.LANGUAGES
        if urls.get(code)
    ]


def _of_page(request: HttpRequest, page: Any) -> dict[str, str]:
    found = [page, *page.live_translations()] if hasattr(page, "live_translations") else [page]
    return {one.locale.language_code: one.get_url(request) for one in found}


def _of_view(request: HttpRequest) -> dict[str, str]:
    match = request.resolver_match
    if match is None or match.view_name in (TREE, "root"):
        return {}
    path = request.get_full_path()
    urls = {code: translate_url(path, code) for code, _name in settings.LANGUAGES}
    return {code: url for code, url in urls.items() if url.startswith(f"/{code}/")}


def alternates(request: HttpRequest, frame: Frame, page: Any) -> list[tuple[str, str]]:
    """(hreflang, absolute URL); empty where there is one version only."""
    if getattr(request, "is_preview", False):
        return []
    exact = [version for version in switch(request, frame, page) if version.exact]
    if len(exact) < 2:
        return []
    found = [(version.code, request.build_absolute_uri(version.url)) for version in exact]
    return [*found, ("x-default", request.build_absolute_uri(_default(frame, page, exact)))]


def _default(frame: Frame, page: Any, exact: list[Version]) -> str:
    """The door that asks for the language stands before the home pages, German before the others."""
    if page and any(page.pk == home.pk for home in frame.homes.values()):
        return "/"
    urls = {version.code: version.url for version in exact}
    return urls.get(settings.LANGUAGE_CODE) or exact[0].url
